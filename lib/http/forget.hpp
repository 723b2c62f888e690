// How memory of this floor forgets a secret.
#pragma once

#include <cstring>
#include <string>

namespace reroute::detail {

/// Empties `secret` and overwrites all the memory that it holds. The call goes through a volatile pointer, so
/// that no compiler leaves it out; this floor does without OpenSSL, whose OPENSSL_cleanse does the same.
inline void forget(std::string& secret) noexcept {
  static void* (*const volatile fill)(void*, int, std::size_t) = std::memset;
  secret.resize(secret.capacity());
  fill(secret.data(), 0, secret.size());
  secret.clear();
}

}  // namespace reroute::detail
