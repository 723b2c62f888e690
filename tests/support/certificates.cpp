// Throwaway certificates, made in the process: what a server shows, and the root that vouches for
// it.
#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace reroute::testing {
namespace {

template <auto Free>
struct free_with {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, free_with<EVP_PKEY_free>>;
using cert_ptr = std::unique_ptr<X509, free_with<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, free_with<BIO_free_all>>;
using extension_ptr = std::unique_ptr<X509_EXTENSION, free_with<X509_EXTENSION_free>>;

void need(bool good) {
  if (!good) throw std::runtime_error("OpenSSL refused to make a test certificate");
}

template <class Write>
std::string pem_of(Write write) {
  const bio_ptr out(BIO_new(BIO_s_mem()));
  need(out && write(out.get()) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

bio_ptr reading(const std::string& pem) {
  return bio_ptr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

void extend(X509* cert, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, cert, nullptr, nullptr, 0);
  const extension_ptr made(X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  need(made && X509_add_ext(cert, made.get(), -1) == 1);
}

// signed by `issuer`'s key, or by its own where there is no issuer
identity make(const certificate_wish& wish, bool authority, const identity* issuer) {
  const key_ptr key(EVP_EC_gen("P-256"));
  const cert_ptr cert(X509_new());
  need(key && cert);
  static std::atomic<long> serial{1};
  X509_set_version(cert.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), -7200);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), wish.expired ? -3600 : 86400);
  X509_set_pubkey(cert.get(), key.get());
  const auto name = authority ? std::string("throwaway test CA") : wish.name;
  need(X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1,
                                  0) == 1);
  cert_ptr by;
  key_ptr by_key;
  if (issuer) {
    by.reset(PEM_read_bio_X509(reading(issuer->certificate).get(), nullptr, nullptr, nullptr));
    by_key.reset(PEM_read_bio_PrivateKey(reading(issuer->key).get(), nullptr, nullptr, nullptr));
    need(by && by_key);
  }
  X509* const signer = by ? by.get() : cert.get();
  X509_set_issuer_name(cert.get(), X509_get_subject_name(signer));
  extend(cert.get(), signer, NID_basic_constraints, authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!authority) {
    extend(cert.get(), signer, NID_subject_alt_name, (wish.ip ? "IP:" : "DNS:") + wish.name);
  }
  need(X509_sign(cert.get(), by_key ? by_key.get() : key.get(), EVP_sha256()) > 0);
  identity made;
  made.certificate = pem_of([&](BIO* out) { return PEM_write_bio_X509(out, cert.get()); });
  made.key = pem_of([&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  return made;
}

}  // namespace

throwaway_ca::throwaway_ca() : self_(make({}, true, nullptr)) {}

identity throwaway_ca::issue(const certificate_wish& wish) const {
  return make(wish, false, &self_);
}

identity self_signed(const certificate_wish& wish) { return make(wish, false, nullptr); }

}  // namespace reroute::testing
