// What all TLS connections of a transport share: trusted roots, the rules, sessions to resume.
#include "io/tls_context.hpp"

#include "io/tls_errors.hpp"
#include "io/tls_identity.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

#include <fcntl.h>
#include <fstream>
#include <new>
#include <stdexcept>
#include <unistd.h>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t sessions_per_origin = 8;

void load_file(SSL_CTX* context, const std::string& path) {
  if (!std::ifstream(path)) {
    throw std::invalid_argument("tls.ca_file: cannot read \"" + path +
                                "\"; give a readable PEM file of root certificates");
  }
  ERR_clear_error();
  if (SSL_CTX_load_verify_file(context, path.c_str()) == 1) return;
  ERR_clear_error();
  throw std::invalid_argument("tls.ca_file: \"" + path + "\" holds no certificate in PEM form");
}

void load_text(SSL_CTX* context, const std::string& pem) {
  const bio_ptr text(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!text) throw std::bad_alloc();
  X509_STORE* const store = SSL_CTX_get_cert_store(context);
  std::size_t count = 0;
  ERR_clear_error();
  while (const x509_ptr root{PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)}) {
    if (X509_STORE_add_cert(store, root.get()) != 1) throw std::bad_alloc();
    ++count;
  }
  // the reader ends with "no start line" at the end of the text; anything else is a broken
  // certificate
  const bool broken = ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (count == 0 || broken) {
    throw std::invalid_argument(
        "tls.ca_pem: not certificates in PEM form; expected -----BEGIN CERTIFICATE----- blocks");
  }
}

void load_roots(SSL_CTX* context, const tls_options& options) {
  if (!options.ca_file.empty()) load_file(context, options.ca_file);
  if (!options.ca_pem.empty()) load_text(context, options.ca_pem);
  if (options.ca_file.empty() && options.ca_pem.empty()) SSL_CTX_set_default_verify_paths(context);
}

void choose_ciphers(SSL_CTX* context, const tls_options& options) {
  const auto refuse = [](std::string_view option, std::string_view text) {
    ERR_clear_error();
    throw std::invalid_argument("tls." + std::string(option) + ": OpenSSL cannot use \"" +
                                std::string(text) + "\"; `openssl ciphers -v` names them");
  };
  if (!options.ciphers.empty() && SSL_CTX_set_cipher_list(context, options.ciphers.c_str()) != 1)
    refuse("ciphers", options.ciphers);
  if (!options.cipher_suites.empty() &&
      SSL_CTX_set_ciphersuites(context, options.cipher_suites.c_str()) != 1)
    refuse("cipher_suites", options.cipher_suites);
}

// nobody else on this machine may read what is written there
void open_key_log(std::ofstream& file, const std::string& path) {
  const int made = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (made >= 0) ::close(made);
  file.open(path, std::ios::app);
  if (made < 0 || !file) {
    throw std::invalid_argument("tls.key_log_file: cannot write \"" + path +
                                "\"; give a file in a folder that may be written to");
  }
}

void log_key(const SSL* ssl, const char* line) noexcept {
  auto& file = *static_cast<std::ofstream*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  file << line << '\n' << std::flush;
}

}  // namespace

tls_context::tls_context(const tls_options& options, std::string name)
    : name_(std::move(name)),
      context_(SSL_CTX_new(TLS_client_method())),
      verifies_(!options.dangerously_accept_any_certificate),
      pins_(options.pinned_keys) {
  if (!context_) throw std::runtime_error("OpenSSL: " + take_openssl_error());
  SSL_CTX* const context = context_.get();
  const bool newest = options.minimum_version == tls_version::tls1_3;
  SSL_CTX_set_min_proto_version(context, newest ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION);
  // an idle connection keeps no record buffers
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL_STORE);
  choose_ciphers(context, options);
  load_identity(context, options);
  if (!options.key_log_file.empty()) {
    open_key_log(key_log_, options.key_log_file);
    SSL_CTX_set_app_data(context, &key_log_);
    SSL_CTX_set_keylog_callback(context, &log_key);
  }
  if (verifies_) load_roots(context, options);
}

void tls_context::keep_session(std::string_view origin, ssl_session_ptr session) {
  auto at = sessions_.find(origin);
  if (at == sessions_.end()) at = sessions_.try_emplace(std::string(origin)).first;
  auto& kept = at->second;
  if (kept.size() >= sessions_per_origin) kept.erase(kept.begin());
  kept.push_back(std::move(session));
}

ssl_session_ptr tls_context::take_session(std::string_view origin) noexcept {
  const auto at = sessions_.find(origin);
  if (at == sessions_.end() || at->second.empty()) return nullptr;
  auto session = std::move(at->second.back());
  at->second.pop_back();
  return session;
}

}  // namespace reroute::detail
