// The fake's end of a connection.
#include "testing/peer_socket.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <asio/socket_base.hpp>
#include <openssl/bio.h>
#include <openssl/err.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <new>
#include <sys/socket.h>
#include <system_error>

namespace reroute::testing {
namespace {

int descriptor_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

// OpenSSL's own socket BIO would write without MSG_NOSIGNAL, and a peer that left would end the program.
int bio_write(BIO* bio, const char* bytes, int size) {
  BIO_clear_retry_flags(bio);
  const auto sent = ::send(descriptor_of(bio), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (sent < 0 && would_block()) BIO_set_retry_write(bio);
  return static_cast<int>(sent);
}

int bio_read(BIO* bio, char* into, int size) {
  BIO_clear_retry_flags(bio);
  const auto got = ::recv(descriptor_of(bio), into, static_cast<std::size_t>(size), 0);
  if (got < 0 && would_block()) BIO_set_retry_read(bio);
  return static_cast<int>(got);
}

long bio_control(BIO*, int command, long, void*) { return command == BIO_CTRL_FLUSH ? 1 : 0; }

int bio_create(BIO* bio) {
  BIO_set_init(bio, 1);
  return 1;
}

BIO_METHOD* socket_method() {
  static const std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)> method = [] {
    BIO_METHOD* const made =
        BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket");
    if (!made) throw std::bad_alloc();
    BIO_meth_set_write(made, bio_write);
    BIO_meth_set_read(made, bio_read);
    BIO_meth_set_ctrl(made, bio_control);
    BIO_meth_set_create(made, bio_create);
    return std::unique_ptr<BIO_METHOD, void (*)(BIO_METHOD*)>(made, BIO_meth_free);
  }();
  return method.get();
}

int clamped(std::size_t size) {
  return static_cast<int>(std::min<std::size_t>(size, std::numeric_limits<int>::max()));
}

}  // namespace

peer_socket::peer_socket(asio::ip::tcp::socket socket, SSL_CTX* context)
    : socket_(std::move(socket)) {
  loop_error_code ignored;
  socket_.native_non_blocking(true, ignored);
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  if (!context) return;
  ssl_.reset(SSL_new(context));
  BIO* const bio = BIO_new(socket_method());
  if (!ssl_ || !bio) throw std::bad_alloc();
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket_.native_handle())));
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_accept_state(ssl_.get());
}

peer_socket::~peer_socket() = default;

peer_socket::result peer_socket::judge(int returned) {
  if (returned > 0) return result::done;
  const int why = SSL_get_error(ssl_.get(), returned);
  ERR_clear_error();
  if (why == SSL_ERROR_WANT_READ) return result::want_read;
  if (why == SSL_ERROR_WANT_WRITE) return result::want_write;
  return result::closed;
}

peer_socket::result peer_socket::handshake() {
  if (!ssl_) return result::done;
  ERR_clear_error();
  return judge(SSL_do_handshake(ssl_.get()));
}

peer_socket::result peer_socket::read(char* into, std::size_t size, std::size_t& count) {
  count = 0;
  if (ssl_) {
    ERR_clear_error();
    return judge(SSL_read_ex(ssl_.get(), into, size, &count));
  }
  const auto got = ::recv(socket_.native_handle(), into, size, 0);
  if (got < 0) return would_block() ? result::want_read : result::closed;
  count = static_cast<std::size_t>(got);
  return got == 0 ? result::closed : result::done;
}

peer_socket::result peer_socket::write(std::string_view bytes, std::size_t& count) {
  if (!ssl_) return write_in_the_clear(bytes, count);
  count = 0;
  ERR_clear_error();
  const int sent = SSL_write(ssl_.get(), bytes.data(), clamped(bytes.size()));
  if (sent > 0) count = static_cast<std::size_t>(sent);
  return judge(sent);
}

peer_socket::result peer_socket::write_in_the_clear(std::string_view bytes, std::size_t& count) {
  count = 0;
  const auto sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent < 0) return would_block() ? result::want_write : result::closed;
  count = static_cast<std::size_t>(sent);
  return result::done;
}

peer_socket::result peer_socket::discard() {
  std::array<char, 4096> buffer;
  const auto got = ::recv(socket_.native_handle(), buffer.data(), buffer.size(), 0);
  if (got < 0) return would_block() ? result::want_read : result::closed;
  return got == 0 ? result::closed : result::done;
}

bool peer_socket::has_pending() const { return ssl_ && SSL_has_pending(ssl_.get()) == 1; }

void peer_socket::end_sending(bool politely) {
  if (ssl_ && politely && SSL_is_init_finished(ssl_.get())) {
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  loop_error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
}

void peer_socket::close(bool reset) {
  loop_error_code ignored;
  if (reset) socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

bool peer_socket::speaks_http2() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  if (ssl_) SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return std::string_view(reinterpret_cast<const char*>(name), size) == "h2";
}

}  // namespace reroute::testing
