// What went wrong in OpenSSL, in words for people.
#include "io/tls_errors.hpp"

#include "io/openssl_handles.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>

namespace reroute::detail {
namespace {

constexpr std::size_t most_names = 4;

std::string reason_of(unsigned long code) {
  const char* const reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  return reason ? reason : "unknown TLS error";
}

unsigned long take_code() {
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  return code;
}

// a certificate is data from a stranger: its names are shown without control characters, and cut
std::string printable(const ASN1_STRING* text) {
  const auto* const data = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
  std::string shown(data, static_cast<std::size_t>(std::min(ASN1_STRING_length(text), 128)));
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return c < 0x20 || c > 0x7e; }, '?');
  return shown;
}

std::string names_in(X509* certificate) {
  std::string names;
  const std::unique_ptr<GENERAL_NAMES, openssl_free<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::size_t count = 0;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()) && count < most_names; ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS) continue;
    names += (count++ == 0 ? "" : ", ") + printable(name->d.dNSName);
  }
  return names;
}

}  // namespace

std::string take_openssl_error() { return reason_of(take_code()); }

std::string take_handshake_error() {
  const unsigned long code = take_code();
  switch (ERR_GET_LIB(code) == ERR_LIB_SSL ? ERR_GET_REASON(code) : 0) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_HTTP_REQUEST:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
    case SSL_R_RECORD_LENGTH_MISMATCH:
      return "the peer does not speak TLS (" + reason_of(code) + ")";
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return "the peer offers no TLS 1.2 or newer (" + reason_of(code) + ")";
    default:
      return reason_of(code);
  }
}

std::string describe_refusal(int code, X509* certificate, std::string_view host) {
  const bool name = code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH;
  if (!name) return X509_verify_cert_error_string(code);
  const std::string names = certificate ? names_in(certificate) : std::string();
  std::string text = "hostname mismatch: the certificate is ";
  text += names.empty() ? "for other names" : "for " + names;
  return text.append(", not for ").append(host);
}

}  // namespace reroute::detail
