// Public keys that a peer must have one of.
#pragma once

#include <openssl/x509.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::detail {

/// Hashes of pinned keys, and the comparison.
class tls_pins {
 public:
  /// Each the SHA-256 of a SubjectPublicKeyInfo in base64. Throws `std::invalid_argument` for what is
  /// none.
  explicit tls_pins(const std::vector<std::string>& pinned_keys);

  [[nodiscard]] bool empty() const noexcept { return pins_.empty(); }
  /// True if the certificate's key is one of them. Null: false.
  [[nodiscard]] bool match(const X509* certificate) const;

 private:
  using hash = std::array<unsigned char, 32>;
  static bool read(std::string_view text, hash& into);
  std::vector<hash> pins_;
};

}  // namespace reroute::detail
