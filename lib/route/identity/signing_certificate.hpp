// A certificate with its private key, and the assertions that it signs.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace reroute::detail {

/// What an assertion says.
struct assertion_claims {
  std::string_view audience;   ///< the token endpoint's URL
  std::string_view client_id;  ///< issuer and subject
  std::chrono::sys_seconds now;
  std::string_view id;  ///< `jti`: never the same twice
};

/// Parsed PEM: an RSA key, its certificate, and perhaps the certificates above it.
class signing_certificate {
 public:
  /// Throws `std::invalid_argument` that begins with `what` and never repeats what it was given: no
  /// certificate, no key, not of each other, not RSA, a wrong or missing password.
  signing_certificate(std::string_view pem, std::string_view password, std::string_view what);
  ~signing_certificate();
  signing_certificate(const signing_certificate&) = delete;
  signing_certificate& operator=(const signing_certificate&) = delete;

  /// A JWT as Entra ID wants it: PS256, valid for ten minutes, with the certificate's SHA-256 thumbprint,
  /// and with the certificates themselves (`x5c`) if `send_chain`. Costs about a millisecond.
  [[nodiscard]] std::string sign(const assertion_claims& claims, bool send_chain) const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

/// base64url without padding.
[[nodiscard]] std::string base64url(std::string_view bytes);
/// A random version 4 UUID.
[[nodiscard]] std::string random_uuid();

}  // namespace reroute::detail
