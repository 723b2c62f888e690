// Who this client is in TLS: its certificate, and the key that proves it.
#include "io/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fstream>
#include <iterator>
#include <new>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::detail {
namespace {

[[noreturn]] void refuse(std::string_view option, std::string_view why) {
  ERR_clear_error();
  throw std::invalid_argument("tls." + std::string(option).append(": ").append(why));
}

// an option that is a file or a text
struct source {
  source(std::string_view called, const std::string& path, const std::string& text)
      : file_option(std::string(called) + "_file"), pem_option(std::string(called) + "_pem") {
    if (!path.empty() && !text.empty())
      refuse(file_option, "give this or " + pem_option + ", not both");
    given = !path.empty() || !text.empty();
    name = text.empty() ? file_option : pem_option;
    pem = text;
    if (path.empty()) return;
    std::ifstream file(path, std::ios::binary);
    pem.assign(std::istreambuf_iterator<char>(file), {});
    if (!file) refuse(file_option, "cannot read \"" + path + "\"; give a readable PEM file");
  }
  [[nodiscard]] bio_ptr open() const {
    bio_ptr made(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    if (!made) throw std::bad_alloc();
    ERR_clear_error();
    return made;
  }
  std::string file_option, pem_option, name, pem;
  bool given = false;
};

// without it OpenSSL asks whoever sits at the terminal
int no_pass_phrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

void load_certificates(SSL_CTX* context, const source& from) {
  const bio_ptr text = from.open();
  const x509_ptr own(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  if (!own) refuse(from.name, "no certificate in PEM form; expected -----BEGIN CERTIFICATE-----");
  if (SSL_CTX_use_certificate(context, own.get()) != 1)
    refuse(from.name, "OpenSSL cannot use this certificate (too weak a key?)");
  while (x509_ptr next{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
    if (SSL_CTX_add0_chain_cert(context, next.get()) != 1)
      refuse(from.name, "OpenSSL cannot use a certificate behind the first");
    (void)next.release();
  }
  if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
    refuse(from.name, "a certificate behind the first is broken");
  ERR_clear_error();
}

void load_key(SSL_CTX* context, const source& from) {
  bool encrypted = false;
  const bio_ptr text = from.open();
  const key_ptr key(PEM_read_bio_PrivateKey(text.get(), nullptr, &no_pass_phrase, &encrypted));
  if (encrypted) refuse(from.name, "the key has a pass phrase; give one without");
  if (!key) refuse(from.name, "no private key in PEM form; expected -----BEGIN PRIVATE KEY-----");
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    refuse(from.name, "the key does not belong to the client certificate");
}

}  // namespace

void load_identity(SSL_CTX* context, const tls_options& options) {
  const source certificate("client_certificate", options.client_certificate_file,
                           options.client_certificate_pem);
  const source key("client_key", options.client_key_file, options.client_key_pem);
  if (certificate.given && !key.given)
    refuse("client_certificate", "has no key; give client_key_file or client_key_pem as well");
  if (key.given && !certificate.given)
    refuse("client_key",
           "has no certificate; give client_certificate_file or client_certificate_pem");
  if (!certificate.given) return;
  load_certificates(context, certificate);
  load_key(context, key);
}

}  // namespace reroute::detail
