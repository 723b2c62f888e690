// A server that says what the test tells it to, byte by byte, over TLS or plain TCP.
#include "tests/io/scripted_server.hpp"

#include "detail/asio_compat.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

namespace reroute::io_test {

using asio::awaitable;
using asio::ip::tcp;
using detail::into;

struct scripted_server::state {
  state(asio::io_context& io, server_options how, server_script what)
      : loop(io), options(std::move(how)), script(std::move(what)), acceptor(io) {
    if (options.identity) secure(*options.identity);
    if (!options.unix_path.empty()) {
      listen_at(options.unix_path);
      return;
    }
    const tcp::endpoint here(options.v6 ? asio::ip::address(asio::ip::address_v6::loopback())
                                        : asio::ip::address(asio::ip::address_v4::loopback()),
                             0);
    acceptor.open(here.protocol());
    if (options.receive_buffer > 0) {
      acceptor.set_option(asio::socket_base::receive_buffer_size(options.receive_buffer));
    }
    acceptor.bind(here);
    acceptor.listen();
  }
  ~state() {
    if (!options.unix_path.empty()) std::remove(options.unix_path.c_str());
  }

  // accepted streams behave as TCP's do
  void listen_at(const std::string& path) {
    asio::local::stream_protocol::acceptor near(loop, path);
    acceptor.assign(tcp::v4(), near.release());
  }

  void secure(const testing::identity& who) {
    SSL_CTX* const native = context.native_handle();
    if (options.only_tls_1_1) {
      SSL_CTX_set_security_level(native, 0);
      SSL_CTX_set_min_proto_version(native, TLS1_1_VERSION);
      SSL_CTX_set_max_proto_version(native, TLS1_1_VERSION);
    }
    if (options.only_tls_1_2) SSL_CTX_set_max_proto_version(native, TLS1_2_VERSION);
    if (options.http2) SSL_CTX_set_alpn_select_cb(native, &choose_http2, nullptr);
    const unsigned char id = 1;
    SSL_CTX_set_session_id_context(native, &id, 1);
    if (!options.client_ca.empty()) {
      context.add_certificate_authority(asio::buffer(options.client_ca));
      context.set_verify_mode(asio::ssl::verify_peer | asio::ssl::verify_fail_if_no_peer_cert);
    }
    context.use_certificate_chain(asio::buffer(who.certificate));
    context.use_private_key(asio::buffer(who.key), asio::ssl::context::pem);
  }

  static int choose_http2(SSL*, const unsigned char** chosen, unsigned char* size,
                          const unsigned char* offered, unsigned offered_size, void*) {
    static constexpr unsigned char h2[] = {2, 'h', '2'};
    unsigned char* found = nullptr;
    const int result = SSL_select_next_proto(&found, size, h2, sizeof h2, offered, offered_size);
    *chosen = found;
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
  }

  asio::io_context& loop;
  server_options options;
  server_script script;
  tcp::acceptor acceptor;
  asio::ssl::context context{asio::ssl::context::tls_server};
  int accepted = 0;
  int handshakes = 0;
  int resumed = 0;
  int open = 0;
  std::size_t bytes = 0;
  bool abandoned = false;
  std::vector<server_connection*> connections;
};

namespace {

void reset_socket(tcp::socket& socket) {
  loop_error_code ignored;
  socket.set_option(asio::socket_base::linger(true, 0), ignored);
  socket.close(ignored);
}

void close_socket(tcp::socket& socket) {
  loop_error_code ignored;
  socket.close(ignored);
}

template <class Stream>
awaitable<std::string> read_from(Stream& stream, scripted_server::state& state) {
  std::array<char, 16384> room;
  loop_error_code ec;
  const auto size = co_await stream.async_read_some(asio::buffer(room), into(ec));
  state.bytes += size;
  co_return std::string(room.data(), ec ? 0 : size);
}

template <class Stream>
void write_to(Stream& stream, std::string_view bytes) {
  loop_error_code ignored;  // who has gone hears nothing
  asio::write(stream, asio::buffer(bytes.data(), bytes.size()), ignored);
}

class plain_connection final : public server_connection {
 public:
  plain_connection(tcp::socket socket, scripted_server::state& state)
      : state_(state), socket_(std::move(socket)) {}
  awaitable<std::string> read_some() override { return read_from(socket_, state_); }
  awaitable<void> write(std::string bytes) override {
    if (broken) co_return;
    loop_error_code ec;
    co_await asio::async_write(socket_, asio::buffer(bytes), into(ec));
    broken = static_cast<bool>(ec);
  }
  void write_now(std::string_view bytes) override { write_to(socket_, bytes); }
  awaitable<void> close() override {
    cut();
    co_return;
  }
  void cut() override { close_socket(socket_); }
  void reset() override { reset_socket(socket_); }

 private:
  scripted_server::state& state_;
  tcp::socket socket_;
};

class secure_connection final : public server_connection {
 public:
  secure_connection(tcp::socket socket, scripted_server::state& state)
      : state_(state), stream_(std::move(socket), state.context) {}
  awaitable<bool> handshake() {
    loop_error_code ec;
    co_await stream_.async_handshake(asio::ssl::stream_base::server, into(ec));
    if (!ec) ++state_.handshakes;
    if (!ec && SSL_session_reused(stream_.native_handle())) ++state_.resumed;
    co_return !ec;
  }
  awaitable<std::string> read_some() override { return read_from(stream_, state_); }
  awaitable<void> write(std::string bytes) override {
    if (broken) co_return;
    loop_error_code ec;
    co_await asio::async_write(stream_, asio::buffer(bytes), into(ec));
    broken = static_cast<bool>(ec);
  }
  void write_now(std::string_view bytes) override { write_to(stream_, bytes); }
  awaitable<void> close() override {
    // one-sided: says close_notify and does not wait for the answer
    SSL_set_shutdown(stream_.native_handle(), SSL_RECEIVED_SHUTDOWN);
    loop_error_code ec;
    co_await stream_.async_shutdown(into(ec));
    cut();
  }
  void cut() override { close_socket(stream_.next_layer()); }
  void reset() override { reset_socket(stream_.next_layer()); }

 private:
  scripted_server::state& state_;
  asio::ssl::stream<tcp::socket> stream_;
};

struct opened {
  opened(scripted_server::state& of, server_connection& what) : state(of), connection(what) {
    ++state.open;
    state.connections.push_back(&connection);
  }
  opened(const opened&) = delete;
  opened& operator=(const opened&) = delete;
  ~opened() {
    --state.open;
    std::erase(state.connections, &connection);
  }
  scripted_server::state& state;
  server_connection& connection;
};

awaitable<void> serve(std::shared_ptr<scripted_server::state> state, tcp::socket socket, int nth) {
  loop_error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  std::unique_ptr<server_connection> connection;
  secure_connection* secure = nullptr;
  if (state->options.identity) {
    auto made = std::make_unique<secure_connection>(std::move(socket), *state);
    secure = made.get();
    connection = std::move(made);
  } else {
    connection = std::make_unique<plain_connection>(std::move(socket), *state);
  }
  connection->nth = nth;
  const opened here(*state, *connection);
  if (secure) {
    const bool good = co_await secure->handshake();
    if (!good) co_return;
  }
  co_await state->script(*connection);
  connection->cut();
}

awaitable<void> accept_all(std::shared_ptr<scripted_server::state> state) {
  for (;;) {
    loop_error_code ec;
    tcp::socket socket(state->acceptor.get_executor());
    co_await state->acceptor.async_accept(socket, into(ec));
    if (ec) co_return;
    const int nth = ++state->accepted;
    asio::co_spawn(state->acceptor.get_executor(), serve(state, std::move(socket), nth),
                   asio::detached);
  }
}

}  // namespace

awaitable<std::string> server_connection::read_request() {
  for (;;) {
    const auto end = ahead_.find("\r\n\r\n");
    if (end != std::string::npos) {
      const auto at = ahead_.find("Content-Length: ");
      const std::size_t body =
          at < end ? static_cast<std::size_t>(std::atol(ahead_.c_str() + at + 16)) : 0;
      const std::size_t size = end + 4 + body;
      if (ahead_.size() >= size) {
        std::string request = ahead_.substr(0, size);
        ahead_.erase(0, size);
        co_return request;
      }
    }
    const std::string more = co_await read_some();
    if (more.empty()) co_return std::string();
    ahead_ += more;
  }
}

scripted_server::scripted_server(asio::io_context& loop, server_options options,
                                 server_script script)
    : state_(std::make_shared<state>(loop, std::move(options), std::move(script))) {
  asio::co_spawn(loop, accept_all(state_), asio::detached);
}

void scripted_server::abandon() {
  stop_listening();
  state_->abandoned = true;
}
scripted_server::~scripted_server() {
  if (state_->abandoned) return;
  stop_listening();
  for (server_connection* each : state_->connections)
    each->cut();
  // scripts refer to the test's own variables, which are about to go
  state_->loop.restart();
  while (state_->open > 0 && state_->loop.run_one_for(std::chrono::seconds(10)) > 0) {
  }
}
unsigned short scripted_server::port() const { return state_->acceptor.local_endpoint().port(); }
int scripted_server::accepted() const { return state_->accepted; }
int scripted_server::handshakes() const { return state_->handshakes; }
int scripted_server::resumed() const { return state_->resumed; }
int scripted_server::open() const { return state_->open; }
std::size_t scripted_server::bytes_heard() const { return state_->bytes; }
void scripted_server::stop_listening() {
  loop_error_code ignored;
  state_->acceptor.close(ignored);
}

}  // namespace reroute::io_test
