// The fake's TLS settings.
#pragma once

#include "testing/certificates.hpp"

#include <openssl/ssl.h>

namespace reroute::testing {

/// TLS 1.2 or newer, with this certificate; ALPN says http/1.1. The caller frees it.
/// Throws `std::runtime_error`.
[[nodiscard]] SSL_CTX* make_server_context(const certified_key& shown, bool http2 = false);

}  // namespace reroute::testing
