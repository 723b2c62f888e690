// A certificate with its private key, and the assertions that it signs.
#include "route/identity/signing_certificate.hpp"

#include "message/quote.hpp"
#include "route/secret.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <new>
#include <stdexcept>
#include <vector>

namespace reroute::detail {
namespace {

constexpr std::chrono::seconds valid_for = std::chrono::minutes(10);

struct openssl_free {
  void operator()(BIO* it) const noexcept { BIO_free(it); }
  void operator()(X509* it) const noexcept { X509_free(it); }
  void operator()(EVP_PKEY* it) const noexcept { EVP_PKEY_free(it); }
  void operator()(EVP_MD_CTX* it) const noexcept { EVP_MD_CTX_free(it); }
};
template <class T>
using handle = std::unique_ptr<T, openssl_free>;

handle<BIO> reader(std::string_view text) {
  handle<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (!bio) throw std::bad_alloc();
  return bio;
}

// without it OpenSSL would ask at the terminal
int give_password(char* into, int size, int, void* password) {
  const auto& text = *static_cast<const std::string_view*>(password);
  if (text.empty() || static_cast<std::size_t>(size) < text.size()) return -1;
  std::memcpy(into, text.data(), text.size());
  return static_cast<int>(text.size());
}

[[noreturn]] void refuse(std::string_view what, std::string_view cure) {
  ERR_clear_error();
  throw std::invalid_argument(std::string(what) + " " + std::string(cure));
}

[[noreturn]] void fail(const char* doing) {
  ERR_clear_error();
  throw std::runtime_error(std::string("OpenSSL failed while ") + doing);
}

std::string base64(const unsigned char* bytes, int size) {
  std::string text(static_cast<std::size_t>(4 * ((size + 2) / 3)) + 1, '\0');
  const int written = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes, size);
  text.resize(static_cast<std::size_t>(written));
  return text;
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size < 0) fail("encoding a certificate");
  std::string text = base64(bytes, size);
  OPENSSL_free(bytes);
  return text;
}

}  // namespace

std::string base64url(std::string_view bytes) {
  std::string text =
      base64(reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  while (text.ends_with('='))
    text.pop_back();
  for (char& c : text) {
    if (c == '+') c = '-';
    if (c == '/') c = '_';
  }
  return text;
}

std::string random_uuid() {
  std::array<unsigned char, 16> bytes;
  if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1) fail("making a random number");
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3f) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    constexpr char digits[] = "0123456789abcdef";
    text += digits[bytes[i] >> 4];
    text += digits[bytes[i] & 15];
  }
  return text;
}

struct signing_certificate::parts {
  handle<EVP_PKEY> key;
  std::string thumbprint;          // base64url of SHA-256
  std::vector<std::string> chain;  // base64 of DER, its own first
};

signing_certificate::signing_certificate(std::string_view pem, std::string_view password,
                                         std::string_view what)
    : parts_(std::make_unique<parts>()) {
  ERR_clear_error();
  const handle<BIO> keys = reader(pem);
  parts_->key.reset(PEM_read_bio_PrivateKey(keys.get(), nullptr, give_password, &password));
  if (!parts_->key)
    refuse(what,
           password.empty()
               ? "holds no private key in PEM form, or one with a password; give both parts, and "
                 "the password if there is one"
               : "holds no private key that this password opens");
  if (EVP_PKEY_get_base_id(parts_->key.get()) != EVP_PKEY_RSA)
    refuse(what, "has a key that is not RSA; Entra ID takes RSA only");

  const handle<BIO> certificates = reader(pem);
  while (const handle<X509> each{
      PEM_read_bio_X509(certificates.get(), nullptr, give_password, &password)}) {
    // the key's own certificate may stand anywhere
    const bool own = X509_check_private_key(each.get(), parts_->key.get()) == 1;
    if (own && parts_->thumbprint.empty()) {
      std::array<unsigned char, EVP_MAX_MD_SIZE> hash;
      unsigned size = 0;
      if (X509_digest(each.get(), EVP_sha256(), hash.data(), &size) != 1) fail("hashing");
      parts_->thumbprint = base64url({reinterpret_cast<const char*>(hash.data()), size});
      parts_->chain.insert(parts_->chain.begin(), der_of(each.get()));
    } else {
      parts_->chain.push_back(der_of(each.get()));
    }
  }
  ERR_clear_error();
  if (parts_->chain.empty())
    refuse(what, "holds no certificate in PEM form; give certificate and private key in one text");
  if (parts_->thumbprint.empty()) refuse(what, "holds a private key that is not the certificate's");
}

signing_certificate::~signing_certificate() = default;

std::string signing_certificate::sign(const assertion_claims& claims, bool send_chain) const {
  const auto now = claims.now.time_since_epoch().count();
  std::string head = R"({"alg":"PS256","typ":"JWT","x5t#S256":")" + parts_->thumbprint + '"';
  if (send_chain) {
    head += R"(,"x5c":[)";
    for (const std::string& each : parts_->chain)
      head.append(head.back() == '[' ? "\"" : ",\"").append(each).append("\"");
    head += ']';
  }
  head += '}';
  const std::string subject = quoted(claims.client_id, "client_id");
  const std::string body = R"({"aud":)" + quoted(claims.audience, "audience") + R"(,"exp":)" +
                           std::to_string(now + valid_for.count()) + R"(,"iss":)" + subject +
                           R"(,"jti":)" + quoted(claims.id, "id") + R"(,"nbf":)" +
                           std::to_string(now) + R"(,"sub":)" + subject + '}';
  const std::string signed_part = base64url(head) + '.' + base64url(body);

  const handle<EVP_MD_CTX> context(EVP_MD_CTX_new());
  EVP_PKEY_CTX* padding = nullptr;
  std::size_t size = 0;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(signed_part.data());
  if (!context ||
      EVP_DigestSignInit(context.get(), &padding, EVP_sha256(), nullptr, parts_->key.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) != 1 ||
      EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, bytes, signed_part.size()) != 1)
    fail("preparing a signature");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     bytes, signed_part.size()) != 1)
    fail("signing");
  signature.resize(size);
  // together they prove who this is for ten minutes
  std::string encoded = base64url(signature);
  std::string proof;
  proof.reserve(signed_part.size() + 1 + encoded.size());
  proof.append(signed_part).append(".").append(encoded);
  wipe(signature);
  wipe(encoded);
  return proof;
}

}  // namespace reroute::detail
