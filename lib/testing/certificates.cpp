// Throwaway certificates over OpenSSL.
#include "testing/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <atomic>
#include <stdexcept>

namespace reroute::testing {
namespace {

template <auto Free>
struct freed_by {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
using key_ptr = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;
using cert_ptr = std::unique_ptr<X509, freed_by<X509_free>>;
using bio_ptr = std::unique_ptr<BIO, freed_by<BIO_free_all>>;

constexpr long day = 24 * 60 * 60;

template <class T>
T checked(T made, const char* what) {
  if (!made) throw std::runtime_error(std::string("throwaway certificate: ") + what);
  return made;
}

void add_extension(X509* to, X509* issuer, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, to, nullptr, nullptr, 0);
  X509_EXTENSION* const made =
      checked(X509V3_EXT_conf_nid(nullptr, &context, kind, value), "extension");
  X509_add_ext(to, made, -1);
  X509_EXTENSION_free(made);
}

cert_ptr blank(EVP_PKEY* key, const char* name, long from, long until) {
  static std::atomic<long> serial{1};
  cert_ptr cert(checked(X509_new(), "certificate"));
  X509_set_version(cert.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(cert.get()), serial++);
  X509_gmtime_adj(X509_getm_notBefore(cert.get()), from);
  X509_gmtime_adj(X509_getm_notAfter(cert.get()), until);
  X509_set_pubkey(cert.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(cert.get()), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
  return cert;
}

std::string read_all(BIO* from) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(from, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string to_pem(X509* cert) {
  const bio_ptr out(checked(BIO_new(BIO_s_mem()), "memory"));
  PEM_write_bio_X509(out.get(), cert);
  return read_all(out.get());
}

std::string to_pem(EVP_PKEY* key) {
  const bio_ptr out(checked(BIO_new(BIO_s_mem()), "memory"));
  PEM_write_bio_PrivateKey(out.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return read_all(out.get());
}

}  // namespace

struct throwaway_ca::parts {
  key_ptr key{checked(EVP_EC_gen("P-256"), "key")};
  cert_ptr cert;
};

throwaway_ca::throwaway_ca() : parts_(std::make_unique<parts>()) {
  parts_->cert = blank(parts_->key.get(), "reroute throwaway CA", -day, 30 * day);
  X509* const cert = parts_->cert.get();
  X509_set_issuer_name(cert, X509_get_subject_name(cert));
  add_extension(cert, cert, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(cert, cert, NID_key_usage, "critical,keyCertSign,cRLSign");
  add_extension(cert, cert, NID_subject_key_identifier, "hash");
  checked(X509_sign(cert, parts_->key.get(), EVP_sha256()), "signature");
  pem_ = to_pem(cert);
}

throwaway_ca::~throwaway_ca() = default;

certified_key throwaway_ca::issue(shown_certificate kind) const {
  if (kind == shown_certificate::wrong_ca) return throwaway_ca().issue(shown_certificate::good);
  const key_ptr key(checked(EVP_EC_gen("P-256"), "key"));
  const bool expired = kind == shown_certificate::expired;
  const cert_ptr cert =
      blank(key.get(), "fake Claude", expired ? -10 * day : -day, expired ? -day : 30 * day);
  const bool alone = kind == shown_certificate::self_signed;
  X509* const issuer = alone ? cert.get() : parts_->cert.get();
  X509_set_issuer_name(cert.get(), X509_get_subject_name(issuer));
  add_extension(cert.get(), issuer, NID_basic_constraints, "critical,CA:FALSE");
  add_extension(cert.get(), issuer, NID_subject_alt_name,
                kind == shown_certificate::wrong_host
                    ? "DNS:elsewhere.example"
                    : "IP:127.0.0.1,IP:::1,DNS:localhost,DNS:*.fake.localhost");
  // all these authorities have one name: which one it is says the key
  if (!alone) add_extension(cert.get(), issuer, NID_authority_key_identifier, "keyid:always");
  checked(X509_sign(cert.get(), alone ? key.get() : parts_->key.get(), EVP_sha256()), "signature");
  return {to_pem(cert.get()), to_pem(key.get())};
}

}  // namespace reroute::testing
