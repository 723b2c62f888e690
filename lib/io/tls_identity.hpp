// Who this client is in TLS: its certificate, and the key that proves it.
#pragma once

#include <reroute/io/https_transport.hpp>

#include "io/openssl_handles.hpp"

namespace reroute::detail {

/// Loads the client's certificate and key, if the options name them. Throws `std::invalid_argument`, naming
/// the option and never what a key holds, for what cannot be read or does not belong together.
void load_identity(SSL_CTX* context, const tls_options& options);

}  // namespace reroute::detail
