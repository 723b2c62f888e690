// What went wrong in OpenSSL, in words for people.
#include "io/tls_errors.hpp"

#include "io/openssl_handles.hpp"

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <arpa/inet.h>
#include <cstdio>
#include <ctime>

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

std::string address_in(const ASN1_OCTET_STRING* bytes) {
  const unsigned char* const data = ASN1_STRING_get0_data(bytes);
  char text[INET6_ADDRSTRLEN] = "";
  const int size = ASN1_STRING_length(bytes);
  if (size == 4) inet_ntop(AF_INET, data, text, sizeof text);
  if (size == 16) inet_ntop(AF_INET6, data, text, sizeof text);
  return text;
}

std::string names_in(X509* certificate, std::string_view host, bool& says_host) {
  std::string names;
  const std::unique_ptr<GENERAL_NAMES, openssl_free<GENERAL_NAMES_free>> all(
      static_cast<GENERAL_NAMES*>(
          X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::size_t count = 0;
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()) && count < most_names; ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    std::string shown;
    if (name->type == GEN_DNS) shown = printable(name->d.dNSName);
    if (name->type == GEN_IPADD) shown = address_in(name->d.iPAddress);
    if (shown.empty()) continue;
    says_host = says_host || shown == host;
    names += (count++ == 0 ? "" : ", ") + shown;
  }
  return names;
}

std::string wrong_name(X509* certificate, std::string_view host) {
  bool says_host = false;
  const std::string names = names_in(certificate, host, says_host);
  std::string text = "hostname mismatch: the certificate ";
  if (says_host) {
    return text + "has " + std::string(host) +
           " as a DNS name, not as an IP address: it needs an IP entry in its subjectAltName";
  }
  text += names.empty() ? "names no host in its subjectAltName" : "is for " + names;
  return text.append(", not for ").append(host).append("; check the host in the URL");
}

std::string date_text(const ASN1_TIME* time) {
  std::tm when{};
  char text[80] = "";
  if (ASN1_TIME_to_tm(time, &when) == 1)
    std::snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d UTC", when.tm_year + 1900,
                  when.tm_mon + 1, when.tm_mday, when.tm_hour, when.tm_min);
  return text;
}

std::string issuer_of(X509* certificate) {
  const X509_NAME* const name = X509_get_issuer_name(certificate);
  for (const int part : {NID_commonName, NID_organizationName}) {
    const int at = X509_NAME_get_index_by_NID(name, part, -1);
    if (at >= 0) return printable(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  }
  return "an authority without a name";
}

}  // namespace

std::string take_openssl_error() { return reason_of(take_code()); }

bool is_alert() noexcept {
  const unsigned long code = ERR_peek_last_error();
  return ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) > SSL_AD_REASON_OFFSET;
}

std::string take_handshake_error() {
  const bool alert = is_alert();
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
      break;
  }
  return alert ? "the peer refused the handshake (" + reason_of(code) + ")" : reason_of(code);
}

std::string describe_refusal(int code, X509* certificate, std::string_view host,
                             const std::string& options) {
  std::string text = X509_verify_cert_error_string(code);
  if (!certificate) return text;
  const std::string trust = "if you trust it, give it as " + options + ".ca_file or .ca_pem";
  switch (code) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return wrong_name(certificate, host);
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return text + " (on " + date_text(X509_get0_notAfter(certificate)) +
             "); it must be renewed, or this machine's clock is wrong";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return text + " (from " + date_text(X509_get0_notBefore(certificate)) +
             " on); check this machine's clock";
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return text.append("; ").append(trust);
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:  // another authority of the same name
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return text + ": " + issuer_of(certificate) + " is not among the trusted roots; " + trust +
             ", or install the system's roots (ca-certificates)";
    default:
      return text;
  }
}

}  // namespace reroute::detail
