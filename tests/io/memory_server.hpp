// OpenSSL's server over two memory BIOs: the test decides which of its bytes go out, and when.
#pragma once

#include "io/openssl_handles.hpp"
#include "tests/support/certificates.hpp"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <string>
#include <string_view>

namespace reroute::io_test {

class memory_server {
 public:
  explicit memory_server(const testing::identity& who, int version = 0)
      : context_(SSL_CTX_new(TLS_server_method())) {
    const detail::bio_ptr cert(BIO_new_mem_buf(who.certificate.data(), -1));
    const detail::bio_ptr key(BIO_new_mem_buf(who.key.data(), -1));
    const detail::x509_ptr leaf(PEM_read_bio_X509(cert.get(), nullptr, nullptr, nullptr));
    EVP_PKEY* const secret = PEM_read_bio_PrivateKey(key.get(), nullptr, nullptr, nullptr);
    SSL_CTX_use_certificate(context_.get(), leaf.get());
    SSL_CTX_use_PrivateKey(context_.get(), secret);
    EVP_PKEY_free(secret);
    if (version != 0) SSL_CTX_set_max_proto_version(context_.get(), version);
    SSL_CTX_set_alpn_select_cb(
        context_.get(),
        [](SSL*, const unsigned char** out, unsigned char* size, const unsigned char* in,
           unsigned in_size, void*) {
          unsigned at = 0;  // the last one offered: HTTP/1.1
          while (at + in[at] + 1 < in_size)
            at += in[at] + 1U;
          *out = in + at + 1;
          *size = in[at];
          return SSL_TLSEXT_ERR_OK;
        },
        nullptr);
    ssl_.reset(SSL_new(context_.get()));
    SSL_set_bio(ssl_.get(), BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(ssl_.get());
  }
  /// What it says to these bytes; `plain` gets what they held.
  std::string hear_and_answer(std::string_view cipher) {
    if (!cipher.empty()) {
      BIO_write(SSL_get_rbio(ssl_.get()), cipher.data(), static_cast<int>(cipher.size()));
    }
    char room[4096];
    for (int size; (size = SSL_read(ssl_.get(), room, sizeof room)) > 0;) {
      plain.append(room, static_cast<std::size_t>(size));
    }
    return take();
  }
  std::string say(std::string_view text) {
    SSL_write(ssl_.get(), text.data(), static_cast<int>(text.size()));
    return take();
  }
  std::string say_close() {
    SSL_shutdown(ssl_.get());
    return take();
  }
  std::string update_keys() {
    SSL_key_update(ssl_.get(), SSL_KEY_UPDATE_REQUESTED);
    return say("k");
  }
  std::string sni() const {
    const char* const name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
    return name ? name : "";
  }
  bool heard_close() const { return SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN; }
  std::string plain;

 private:
  std::string take() {
    char* data = nullptr;
    BIO* const out = SSL_get_wbio(ssl_.get());
    const long size = BIO_get_mem_data(out, &data);
    std::string taken(data, static_cast<std::size_t>(size));
    BIO_reset(out);
    return taken;
  }
  detail::ssl_ctx_ptr context_;
  detail::ssl_ptr ssl_;
};

}  // namespace reroute::io_test
