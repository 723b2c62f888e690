// What went wrong in OpenSSL, in words for people.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace reroute::detail {

/// The newest entry of OpenSSL's error queue as text, which is emptied; never empty itself.
[[nodiscard]] std::string take_openssl_error();

/// Why a handshake failed, from the error queue, which is emptied.
[[nodiscard]] std::string take_handshake_error();

/// Why a certificate was refused: `code` is an X509_V_ERR_ value, `host` who was asked for.
[[nodiscard]] std::string describe_refusal(int code, X509* certificate, std::string_view host);

}  // namespace reroute::detail
