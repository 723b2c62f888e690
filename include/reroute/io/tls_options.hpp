// How TLS is spoken: whom to trust, who this side is, versions and ciphers.
#pragma once

#include <string>
#include <vector>

namespace reroute {

/// Versions of TLS.
enum class tls_version : unsigned char {
  tls1_2,
  tls1_3,
};

/// TLS settings. Peer and host name are always verified, with TLS 1.2 or newer.
struct tls_options {
  /// PEM file of trusted roots; empty: the system's.
  std::string ca_file = {};
  /// Trusted roots as PEM text, in addition to `ca_file`, or instead of the system's roots.
  std::string ca_pem = {};
  /// Who this client is, for servers that ask (mutual TLS): its certificate, and behind it those between it
  /// and the root. A PEM file, or PEM text; not both. Default none.
  std::string client_certificate_file = {};
  std::string client_certificate_pem = {};
  /// The key that belongs to the certificate, without a pass phrase. A PEM file, or PEM text; not both.
  std::string client_key_file = {};
  std::string client_key_pem = {};
  /// Default TLS 1.2.
  tls_version minimum_version = tls_version::tls1_2;
  /// Ciphers of TLS 1.2 and suites of TLS 1.3, in OpenSSL's words: "ECDHE+AESGCM:ECDHE+CHACHA20",
  /// "TLS_AES_128_GCM_SHA256". Empty: OpenSSL's.
  std::string ciphers = {};
  std::string cipher_suites = {};
  /// Public keys of which the peer's certificate must have one, besides being trusted: SHA-256 of its
  /// SubjectPublicKeyInfo in base64 (44 characters). Name one to come as well as the one that is: who pins
  /// one key only is locked out when it changes. Holds for every host. Empty: any.
  std::vector<std::string> pinned_keys = {};
  /// Appends the secrets of every connection to this file, for Wireshark (the SSLKEYLOGFILE format; the
  /// environment is never asked). Whoever has the file can read everything. Written synchronously. Default
  /// none.
  std::string key_log_file = {};
  /// Turns verification of peer and host name OFF. Only for experiments on a loopback: whoever sits on
  /// the way can read the key. Default off.
  bool dangerously_accept_any_certificate = false;
};

}  // namespace reroute
