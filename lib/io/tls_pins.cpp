// Public keys that a peer must have one of.
#include "io/tls_pins.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace reroute::detail {
namespace {

struct free_bytes {
  void operator()(unsigned char* bytes) const noexcept { OPENSSL_free(bytes); }
};

constexpr std::size_t text_size = 44;  // 32 bytes in base64, with one = behind them

}  // namespace

tls_pins::tls_pins(const std::vector<std::string>& pinned_keys) {
  for (const std::string& text : pinned_keys) {
    if (!read(text, pins_.emplace_back())) {
      throw std::invalid_argument(
          "tls.pinned_keys: \"" + text.substr(0, 100) +
          "\" is not the SHA-256 of a public key in base64 (44 characters)");
    }
  }
}

bool tls_pins::read(std::string_view text, hash& into) {
  if (text.size() != text_size || !text.ends_with('=') || text[text_size - 2] == '=') return false;
  std::array<unsigned char, 33> decoded{};  // OpenSSL writes the padding as a zero byte
  const int size =
      EVP_DecodeBlock(decoded.data(), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (size != 33) return false;
  std::copy_n(decoded.begin(), into.size(), into.begin());
  return true;
}

bool tls_pins::match(const X509* certificate) const {
  if (!certificate) return false;
  unsigned char* bytes = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &bytes);
  const std::unique_ptr<unsigned char, free_bytes> owner(bytes);
  hash found{};
  if (size <= 0 || EVP_Digest(bytes, static_cast<std::size_t>(size), found.data(), nullptr,
                              EVP_sha256(), nullptr) != 1)
    return false;
  return std::find(pins_.begin(), pins_.end(), found) != pins_.end();
}

}  // namespace reroute::detail
