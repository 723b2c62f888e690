// Throwaway RSA certificates, and JWTs looked at from the other side.
#pragma once

#include <string>

namespace tests {

struct made_certificate {
  std::string certificate, key;  ///< PEM
  std::string thumbprint;        ///< base64url of its SHA-256
  std::string der;               ///< base64
};

/// A new one, its key under `password` if there is one.
made_certificate make_rsa_certificate(const std::string& password = {});
/// A P-256 key as PEM.
std::string make_ec_key();

struct jwt {
  std::string head, body, signed_part, signature;
};
/// Takes a JWT apart; throws if it is none.
jwt read_jwt(const std::string& text);
/// True if it is signed (PS256) with the key of this certificate.
bool verifies(const jwt& text, const std::string& certificate);

}  // namespace tests
