// A TLS client without I/O: ciphertext in, ciphertext out, and the plain bytes between.
#include "io/tls_engine.hpp"

#include <reroute/error/errc.hpp>

#include "io/peer_protocol.hpp"
#include "io/tls_errors.hpp"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

namespace reroute::detail {

// OpenSSL's view of the two byte strings: reads come from `input_`, writes go to `output_`, no
// copies between. OpenSSL's own memory BIO clears its whole buffer on every reset.
struct tls_engine::bio {
  static tls_engine& engine(BIO* self) { return *static_cast<tls_engine*>(BIO_get_data(self)); }

  static int read(BIO* self, char* into, std::size_t size, std::size_t* done) {
    BIO_clear_retry_flags(self);
    *done = engine(self).take_input({into, size});
    if (*done > 0) return 1;
    BIO_set_retry_read(self);
    return 0;
  }
  static int write(BIO* self, const char* from, std::size_t size, std::size_t* done) {
    tls_engine& of = engine(self);
    *done = size;
    if (of.outer_) return of.outer_->write({from, size}) ? 1 : 0;
    of.output_.append(from, size);
    return 1;
  }
  static long control(BIO*, int command, long, void*) {
    return command == BIO_CTRL_FLUSH || command == BIO_CTRL_DUP ? 1 : 0;
  }
  static BIO_METHOD* method() {
    static const bio_method_ptr only = [] {
      bio_method_ptr made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "reroute"));
      if (!made) throw std::bad_alloc();
      BIO_meth_set_read_ex(made.get(), &read);
      BIO_meth_set_write_ex(made.get(), &write);
      BIO_meth_set_ctrl(made.get(), &control);
      return made;
    }();
    return only.get();
  }
  static BIO* make(tls_engine& engine) {
    BIO* const made = BIO_new(method());
    if (!made) throw std::bad_alloc();
    BIO_set_data(made, &engine);
    BIO_set_init(made, 1);
    return made;
  }
};

namespace {

// OpenSSL looks for its reasons in the thread's queue, where others may have left theirs. To look costs
// far less than to clear.
void forget_errors() noexcept {
  if (ERR_peek_error() != 0) ERR_clear_error();
}

std::string no_tls(peer_protocol what) {
  const std::string text = "the peer does not speak TLS";
  if (what == peer_protocol::http1)
    return text + " but plain HTTP: check the port, or write http:// in the URL";
  if (what == peer_protocol::socks) return text + ", it is a SOCKS proxy: check host and port";
  return text + ": check host and port";
}

}  // namespace

tls_engine::tls_engine(tls_context& context, std::string_view host, std::string_view origin,
                       std::string_view alpn, std::unique_ptr<tls_engine> outer)
    : context_(context),
      host_(host),
      origin_(origin),
      outer_(std::move(outer)),
      ssl_(SSL_new(context.native())) {
  if (!ssl_) throw std::bad_alloc();
  SSL* const ssl = ssl_.get();
  BIO* const both = bio::make(*this);
  SSL_set_bio(ssl, both, both);
  SSL_set_app_data(ssl, this);
  SSL_set_connect_state(ssl);
  keeps_buffers_ = context.lend_buffers();
  if (keeps_buffers_) SSL_clear_mode(ssl, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_sess_set_new_cb(context.native(), &on_session);
  SSL_CTX_set_client_cert_cb(context.native(), &on_certificate_request);
  SSL_set_verify(ssl, context.verifies() ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, &on_verify);

  bool named = true;
  auto* const rules = SSL_get0_param(ssl);
  if (X509_VERIFY_PARAM_set1_ip_asc(rules, host_.c_str()) != 1) {
    ERR_clear_error();
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    named =
        SSL_set1_host(ssl, host_.c_str()) == 1 && SSL_set_tlsext_host_name(ssl, host_.c_str()) == 1;
  }
  // never a handshake that does not know whom it must meet
  if (!named) fail(errc::tls_failed, "the host name is not usable for TLS");

  SSL_set_alpn_protos(ssl, reinterpret_cast<const unsigned char*>(alpn.data()),
                      static_cast<unsigned>(alpn.size()));
  if (const auto session = context.take_session(origin_)) SSL_set_session(ssl, session.get());
}

tls_engine::~tls_engine() {
  // OpenSSL forbids to resume a session whose connection ended without close_notify; TLS does not
  // (RFC 5246, 7.2.1), and a pool's connections mostly end that way
  if (!error_) SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
}

// what OpenSSL asks for; nothing: it must wait for more, or the peer's bytes have ended
std::size_t tls_engine::take_input(std::span<char> into) {
  if (outer_) {
    const read_result got = outer_->read(into);
    if (got.state == status::closed || got.state == status::failed) ended_ = true;
    return got.size;
  }
  const std::size_t size = std::min(into.size(), input_.size());
  if (size > 0) std::memcpy(into.data(), input_.data(), size);
  input_.remove_prefix(size);
  return size;
}

tls_engine::status tls_engine::handshake() {
  if (error_) return status::failed;
  if (!heard_ && !input_.empty()) {
    heard_ = true;
    // a TLS server begins with a handshake record or an alert; say so plainly before OpenSSL
    // guesses
    const auto first = static_cast<unsigned char>(input_.front());
    if (first != SSL3_RT_HANDSHAKE && first != SSL3_RT_ALERT) {
      return fail(errc::tls_failed, no_tls(guess_protocol(input_)));
    }
  }
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result == 1) return check_pins();
  const int failure = SSL_get_error(ssl_.get(), result);
  if (failure == SSL_ERROR_WANT_READ) {
    if (!ended_) return status::want_input;
    return fail_ended(
        errc::tls_failed,
        "the peer closed the connection during the TLS handshake; check that the port "
        "speaks TLS");
  }
  return fail_handshake(failure);
}

tls_engine::status tls_engine::fail_handshake(int failure) {
  if (!refusal_.empty()) {
    ERR_clear_error();
    return fail(errc::certificate_refused, refusal_);
  }
  return fail(errc::tls_failed,
              failure == SSL_ERROR_SSL ? explain(true) : "the TLS handshake failed");
}

// also of a resumed session, which brings the certificate that it was made with
tls_engine::status tls_engine::check_pins() {
  if (context_.pins().empty() || context_.pins().match(SSL_get0_peer_certificate(ssl_.get())))
    return status::done;
  drop_output(output().size());  // the end of the handshake: the peer need not have it
  return fail(errc::certificate_refused,
              "the public key of " + host_ + " is none of " + context_.name() + ".pinned_keys");
}

// the alert of a peer that wants to know who asks may come long after the handshake (TLS 1.3)
std::string tls_engine::explain(bool handshake) const {
  if (!is_alert() || !asked_who_) return handshake ? take_handshake_error() : take_openssl_error();
  const std::string& options = context_.name();
  return "the peer wants a client certificate: give " + options + ".client_certificate_file and " +
         options + ".client_key_file (" + take_openssl_error() + ")";
}

bool tls_engine::write(std::string_view bytes) {
  if (error_) return false;
  if (bytes.empty()) return true;
  forget_errors();
  std::size_t done = 0;
  // into memory all of it fits, always; an engine in mid-handshake is the owner's mistake
  if (SSL_is_init_finished(ssl_.get()) &&
      SSL_write_ex(ssl_.get(), bytes.data(), bytes.size(), &done) == 1 && done == bytes.size()) {
    return true;
  }
  fail(errc::tls_failed, take_openssl_error());
  return false;
}

tls_engine::read_result tls_engine::read(std::span<char> into) {
  read_result result;
  if (error_) {
    result.state = status::failed;
    return result;
  }
  if (may_wait()) return result;
  forget_errors();
  if (SSL_read_ex(ssl_.get(), into.data(), into.size(), &result.size) == 1) {
    result.state = status::done;
    return result;
  }
  result.size = 0;
  switch (SSL_get_error(ssl_.get(), 0)) {
    case SSL_ERROR_WANT_READ:
      if (ended_) {
        result.state =
            fail_ended(errc::truncated_body, "the connection ended without TLS close_notify");
      }
      break;
    case SSL_ERROR_ZERO_RETURN:
      result.state = status::closed;
      break;
    default:
      result.state = fail(errc::tls_failed, explain(false));
  }
  return result;
}

// True if OpenSSL has nothing to read from and nothing to say: asking it would cost as much as a record.
bool tls_engine::may_wait() const noexcept {
  const bool nothing_came = outer_ ? outer_->may_wait() : input_.empty() && !ended_;
  return nothing_came && !error_ && SSL_has_pending(ssl_.get()) == 0 &&
         (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) == 0;
}

// OpenSSL does not count a record's header as pending once it has been read: it waits for the body then
bool tls_engine::between_records() const noexcept {
  const bool in_header = SSL_rstate_string(ssl_.get()) == std::string_view("RH");
  return in_header && may_wait() && (!outer_ || outer_->between_records());
}

void tls_engine::close() {
  if (error_ || !SSL_is_init_finished(ssl_.get())) return;
  ERR_clear_error();
  SSL_shutdown(ssl_.get());
  if (outer_) outer_->close();
}

void tls_engine::drop_output(std::size_t size) noexcept {
  if (outer_) return outer_->drop_output(size);
  sent_ += size;
  if (sent_ < output_.size()) return;
  output_.clear();
  sent_ = 0;
}

std::string_view tls_engine::alpn() const noexcept {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

int tls_engine::on_verify(int trusted, X509_STORE_CTX* store) noexcept {
  if (trusted == 1) return 1;
  const auto* const ssl = static_cast<const SSL*>(
      X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto& self = *static_cast<tls_engine*>(SSL_get_app_data(ssl));
  // OpenSSL accepts what it is told to: without SSL_VERIFY_PEER the answer here changes nothing
  self.refusal_ =
      describe_refusal(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store),
                       self.host_, self.context_.name());
  return 0;
}

int tls_engine::on_certificate_request(SSL* ssl, X509**, EVP_PKEY**) noexcept {
  static_cast<tls_engine*>(SSL_get_app_data(ssl))->asked_who_ = true;
  return 0;  // there is none
}

int tls_engine::on_session(SSL* ssl, SSL_SESSION* session) noexcept {
  auto& self = *static_cast<tls_engine*>(SSL_get_app_data(ssl));
  if (SSL_SESSION_is_resumable(session) != 1) return 0;
  self.context_.keep_session(self.origin_, ssl_session_ptr(session));
  return 1;  // the session is ours now
}

// the way there may have broken, and not merely ended
tls_engine::status tls_engine::fail_ended(errc code, std::string detail) {
  const bool broken =
      outer_ && outer_->error() && outer_->error().code != make_error_code(errc::truncated_body);
  if (broken) detail = "TLS with the proxy: " + outer_->error().detail;
  return fail(broken ? outer_->error().code : make_error_code(code), std::move(detail));
}

tls_engine::status tls_engine::fail(std::error_code code, std::string detail) {
  error_ = {code, false, std::move(detail)};
  return status::failed;
}

}  // namespace reroute::detail
