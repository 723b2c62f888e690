// Throwaway RSA certificates, and JWTs looked at from the other side.
#include "tests/route/identity/certificate.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <vector>

namespace tests {
namespace {

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

std::string pem_of(EVP_PKEY* key, const std::string& password) {
  BIO* const bio = BIO_new(BIO_s_mem());
  const bool plain = password.empty();
  PEM_write_bio_PKCS8PrivateKey(bio, key, plain ? nullptr : EVP_aes_256_cbc(),
                                plain ? nullptr : password.c_str(),
                                static_cast<int>(password.size()), nullptr, nullptr);
  return text_of(bio);
}

std::string base64(const unsigned char* bytes, std::size_t size) {
  std::vector<unsigned char> out(4 * (size / 3 + 1) + 1);
  const int written = EVP_EncodeBlock(out.data(), bytes, static_cast<int>(size));
  return std::string(out.begin(), out.begin() + written);
}

std::string url_alphabet(std::string text) {
  while (!text.empty() && text.back() == '=')
    text.pop_back();
  for (char& c : text)
    c = c == '+' ? '-' : c == '/' ? '_' : c;
  return text;
}

std::string from_base64url(std::string text) {
  for (char& c : text)
    c = c == '-' ? '+' : c == '_' ? '/' : c;
  std::size_t padding = 0;
  for (; text.size() % 4 != 0; ++padding)
    text += '=';
  std::vector<unsigned char> out(text.size());
  const int size = EVP_DecodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  if (size < 0) throw std::runtime_error("no base64url");
  return std::string(out.begin(), out.begin() + size - static_cast<long>(padding));
}

}  // namespace

made_certificate make_rsa_certificate(const std::string& password) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -60);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key.get());
  X509_sign(made.get(), key.get(), EVP_sha256());
  made_certificate out;
  BIO* const bio = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(bio, made.get());
  out.certificate = text_of(bio);
  out.key = pem_of(key.get(), password);
  unsigned char hash[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  X509_digest(made.get(), EVP_sha256(), hash, &size);
  out.thumbprint = url_alphabet(base64(hash, size));
  unsigned char* der = nullptr;
  const int length = i2d_X509(made.get(), &der);
  out.der = base64(der, static_cast<std::size_t>(length));
  OPENSSL_free(der);
  return out;
}

std::string make_ec_key() {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  return pem_of(key.get(), {});
}

jwt read_jwt(const std::string& text) {
  const std::size_t first = text.find('.'), last = text.rfind('.');
  if (first == last) throw std::runtime_error("no JWT");
  jwt read;
  read.head = from_base64url(text.substr(0, first));
  read.body = from_base64url(text.substr(first + 1, last - first - 1));
  read.signed_part = text.substr(0, last);
  read.signature = from_base64url(text.substr(last + 1));
  return read;
}

bool verifies(const jwt& text, const std::string& certificate) {
  BIO* const bio = BIO_new_mem_buf(certificate.data(), static_cast<int>(certificate.size()));
  const std::unique_ptr<X509, void (*)(X509*)> shown(
      PEM_read_bio_X509(bio, nullptr, nullptr, nullptr), X509_free);
  BIO_free(bio);
  const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(),
                                                                   EVP_MD_CTX_free);
  EVP_PKEY_CTX* padding = nullptr;
  EVP_DigestVerifyInit(context.get(), &padding, EVP_sha256(), nullptr,
                       X509_get0_pubkey(shown.get()));
  EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING);
  EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST);
  return EVP_DigestVerify(
             context.get(), reinterpret_cast<const unsigned char*>(text.signature.data()),
             text.signature.size(), reinterpret_cast<const unsigned char*>(text.signed_part.data()),
             text.signed_part.size()) == 1;
}

}  // namespace tests
