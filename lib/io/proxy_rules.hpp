// The proxy of a transport: its address, its credential, and who goes through it.
#pragma once

#include <reroute/io/proxy.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::detail {

/// An HTTP proxy.
struct proxy {
  bool secure = false;  ///< spoken to over TLS
  std::string host;
  std::uint16_t port = 80;
  std::string authorization = {};  ///< of the Proxy-Authorization field; empty: none. A secret.
  std::string name = {};           ///< host and port, for people
};

/// What `proxy_settings` mean.
class proxy_rules {
 public:
  /// Throws `std::invalid_argument`, naming the option and never the credential, for a URL that cannot
  /// be meant.
  explicit proxy_rules(const proxy_settings& settings);

  /// The proxy is there, and spoken to over TLS.
  [[nodiscard]] bool secure() const noexcept { return proxy_ && proxy_->secure; }

  /// The proxy for this origin, or nullptr: direct.
  [[nodiscard]] const proxy* find(bool secure, std::string_view host, std::uint16_t port) const;

 private:
  std::optional<proxy> proxy_;
  std::string no_proxy_;
};

}  // namespace reroute::detail
