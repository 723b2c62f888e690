// The fake's TLS settings.
#include "testing/server_context.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <memory>
#include <stdexcept>
#include <string>

namespace reroute::testing {
namespace {

using bio_ptr = std::unique_ptr<BIO, decltype([](BIO* bio) { BIO_free_all(bio); })>;
using cert_ptr = std::unique_ptr<X509, decltype([](X509* cert) { X509_free(cert); })>;
using key_ptr = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY* key) { EVP_PKEY_free(key); })>;
using context_ptr = std::unique_ptr<SSL_CTX, decltype([](SSL_CTX* made) { SSL_CTX_free(made); })>;

bio_ptr reader_of(const std::string& text) {
  return bio_ptr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

// `both` is null where only HTTP/1.1 is spoken
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned int offered_size, void* both) {
  static const unsigned char spoken[] = "\x02h2\x08http/1.1";
  const std::size_t skipped = both ? 0 : 3;
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, size, spoken + skipped,
                            static_cast<unsigned>(sizeof spoken - 1 - skipped), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

SSL_CTX* make_server_context(const certified_key& shown, bool http2) {
  context_ptr made(SSL_CTX_new(TLS_server_method()));
  const bio_ptr cert_text = reader_of(shown.certificate), key_text = reader_of(shown.key);
  const cert_ptr cert(PEM_read_bio_X509(cert_text.get(), nullptr, nullptr, nullptr));
  const key_ptr key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  if (!made || !cert || !key || SSL_CTX_use_certificate(made.get(), cert.get()) != 1 ||
      SSL_CTX_use_PrivateKey(made.get(), key.get()) != 1)
    throw std::runtime_error("fake_claude: TLS cannot be set up");
  SSL_CTX_set_min_proto_version(made.get(), TLS1_2_VERSION);
  // thousands of idle connections are cheap without buffers; one read takes a whole request
  SSL_CTX_set_mode(made.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                                   SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(made.get(), 1);
  SSL_CTX_set_num_tickets(made.get(), 1);
  static const unsigned char session_scope[] = "fake_claude";
  SSL_CTX_set_session_id_context(made.get(), session_scope, sizeof session_scope - 1);
  static bool yes = true;
  SSL_CTX_set_alpn_select_cb(made.get(), choose_protocol, http2 ? &yes : nullptr);
  return made.release();
}

}  // namespace reroute::testing
