// CONNECT: the question to a proxy, and what its answer means. Sans-I/O.
#pragma once

#include <reroute/io/transport.hpp>

#include "io/http1_reader.hpp"
#include "io/proxy_rules.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::detail {

/// One tunnel through a proxy, up to its answer. What the proxy says is its own, and never taken for the
/// origin's: `errc::proxy_unauthorized` (407) or `errc::proxy_refused`. The owner knows which proxy it is.
class proxy_tunnel {
 public:
  proxy_tunnel(const proxy& through, std::string_view host, std::uint16_t port,
               std::size_t max_header_size);

  /// What to send. Holds the credential.
  [[nodiscard]] const std::string& request() const noexcept { return request_; }
  /// What came. True: the tunnel stands, or `error()` says why not; else feed more.
  [[nodiscard]] bool feed(std::string_view bytes);
  /// The proxy closed.
  void feed_end();
  [[nodiscard]] const transport_error& error() const noexcept { return error_; }

 private:
  void judge(const http::response_head& head);
  void fail(std::string why);

  std::string target_;
  bool with_credential_;
  std::string request_;
  std::string heard_;  // not consumed yet
  http1_reader reader_;
  transport_error error_;
};

}  // namespace reroute::detail
