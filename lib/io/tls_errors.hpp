// What went wrong in OpenSSL, in words for people.
#pragma once

#include <openssl/x509.h>

#include <string>
#include <string_view>

namespace reroute::detail {

/// The newest entry of OpenSSL's error queue as text, which is emptied; never empty itself.
[[nodiscard]] std::string take_openssl_error();

/// True if that entry is what the peer told by an alert.
[[nodiscard]] bool is_alert() noexcept;

/// Why a handshake failed, from the error queue, which is emptied.
[[nodiscard]] std::string take_handshake_error();

/// Why a certificate was refused, and what would be right: `code` is an X509_V_ERR_ value, `host` who was asked for,
/// `options` the name of the TLS options that count ("https_options::tls").
[[nodiscard]] std::string describe_refusal(int code, X509* certificate, std::string_view host,
                                           const std::string& options);

}  // namespace reroute::detail
