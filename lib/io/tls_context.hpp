// What all TLS connections of a transport share: trusted roots, the rules, sessions to resume.
#pragma once

#include <reroute/io/tls_options.hpp>

#include "io/openssl_handles.hpp"
#include "io/tls_pins.hpp"

#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::detail {

/// One SSL_CTX: TLS 1.2 or newer, peers verified, sessions kept per origin. Loading the system's
/// roots costs about 30 ms of CPU, so there is one per transport. It outlives its engines.
class tls_context {
 public:
  /// Throws `std::invalid_argument`, naming the option, for what cannot be read or used. `name` is how errors
  /// call the options.
  explicit tls_context(const tls_options& options, std::string name = "https_options::tls");
  tls_context(const tls_context&) = delete;
  tls_context& operator=(const tls_context&) = delete;

  [[nodiscard]] SSL_CTX* native() const noexcept { return context_.get(); }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }
  [[nodiscard]] bool verifies() const noexcept { return verifies_; }
  [[nodiscard]] const tls_pins& pins() const noexcept { return pins_; }

  /// Keeps a session of this origin ("host:port").
  void keep_session(std::string_view origin, ssl_session_ptr session);
  /// A session of this origin to resume, or nothing. Each is given out once: a TLS 1.3 ticket used
  /// twice would let an onlooker link the connections.
  [[nodiscard]] ssl_session_ptr take_session(std::string_view origin) noexcept;

  /// Records need 16 KB each way. A connection that gives them back after each record costs a microsecond
  /// per call, and ten thousand that keep them cost 330 MB: the first few may, as long as they hold this. Empty:
  /// not this one.
  [[nodiscard]] std::shared_ptr<void> lend_buffers() const noexcept {
    return lent_.use_count() <= most_lent ? lent_ : nullptr;
  }

 private:
  static constexpr long most_lent = 256;

  std::string name_;
  ssl_ctx_ptr context_;
  bool verifies_;
  tls_pins pins_;
  std::shared_ptr<void> lent_ = std::make_shared<char>();  // counts who holds it
  std::ofstream key_log_;
  std::map<std::string, std::vector<ssl_session_ptr>, std::less<>> sessions_;
};

}  // namespace reroute::detail
