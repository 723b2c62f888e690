// How memory of this floor forgets a secret.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>

namespace reroute::detail {

/// Overwrites memory. The call goes through a volatile pointer, so that no compiler leaves it out; this floor does
/// without OpenSSL, whose OPENSSL_cleanse does the same.
inline void forget(void* bytes, std::size_t size) noexcept {
  static void* (*const volatile fill)(void*, int, std::size_t) = std::memset;
  fill(bytes, 0, size);
}

/// Empties `secret` and overwrites all the memory that it holds.
inline void forget(std::string& secret) noexcept {
  secret.resize(secret.capacity());
  forget(secret.data(), secret.size());
  secret.clear();
}

}  // namespace reroute::detail
