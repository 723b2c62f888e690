// A small HTTP/1.1 server for fakes.
#include "testing/small_server.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include "testing/fake_answers.hpp"
#include "testing/peer_socket.hpp"
#include "testing/server_context.hpp"

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace reroute::testing {

// One connection: kept alive by its own waits on the socket.
class small_connection : public std::enable_shared_from_this<small_connection> {
 public:
  small_connection(asio::ip::tcp::socket socket, std::shared_ptr<small_server> server)
      : peer_(std::move(socket), server->context_), server_(std::move(server)) {
    server_->connections_.insert(this);
  }
  small_connection(const small_connection&) = delete;
  small_connection& operator=(const small_connection&) = delete;
  ~small_connection() { server_->connections_.erase(this); }

  void run() {
    while (step()) {
    }
  }
  void close() {
    phase_ = phase::closed;
    peer_.close(false);
  }

 private:
  using result = peer_socket::result;
  enum class phase : unsigned char { handshake, reading, writing, silent, leaving, closed };

  // one step; false: nothing more can be done now
  bool step() {
    switch (phase_) {
      case phase::handshake:
        return went(peer_.handshake()) && go(phase::reading);
      case phase::reading:
        return read();
      case phase::writing:
        return write();
      case phase::silent:
      case phase::leaving:
        return went(peer_.discard());
      case phase::closed:
        return false;
    }
    return false;
  }
  bool go(phase next) {
    phase_ = next;
    return true;
  }
  // true if it is done; else comes back when the socket is ready
  bool went(result how) {
    using waits = asio::ip::tcp::socket;
    if (how == result::done) return true;
    if (how == result::closed) {
      close();
      return false;
    }
    const auto wanted = how == result::want_read ? waits::wait_read : waits::wait_write;
    peer_.socket().async_wait(wanted, [self = shared_from_this()](std::error_code failed) {
      if (!failed) self->run();
    });
    return false;
  }
  bool read() {
    auto state = reader_.feed({});
    std::array<char, 8 * 1024> buffer;
    while (state == request_reader::state::need_more) {
      std::size_t count = 0;
      if (!went(peer_.read(buffer.data(), buffer.size(), count))) return false;
      state = reader_.feed({buffer.data(), count});
    }
    if (state != request_reader::state::whole) {
      close();
      return false;
    }
    const heard_request request = reader_.take();
    const std::optional<http::response> said = server_->answer_(request);
    if (!said) return go(phase::silent);
    last_ = request.field("connection") == "close";
    out_ = to_bytes(*said, last_);
    sent_ = 0;
    return go(phase::writing);
  }
  bool write() {
    while (sent_ < out_.size()) {
      std::size_t count = 0;
      if (!went(peer_.write(std::string_view(out_).substr(sent_), count))) return false;
      sent_ += count;
    }
    if (!last_) return go(phase::reading);
    peer_.end_sending(true);
    return go(phase::leaving);
  }

  peer_socket peer_;
  std::shared_ptr<small_server> server_;
  phase phase_ = phase::handshake;
  request_reader reader_;
  std::string out_;
  std::size_t sent_ = 0;
  bool last_ = false;
};

small_server::small_server(const asio::any_io_executor& executor, const certified_key* shown,
                           small_handler answer)
    : acceptor_(executor, {asio::ip::address_v4::loopback(), 0}),
      port_(acceptor_.local_endpoint().port()),
      answer_(std::move(answer)) {
  if (shown) context_ = make_server_context(*shown);
  acceptor_.listen(4096);
}

small_server::~small_server() { SSL_CTX_free(context_); }

void small_server::start() {
  acceptor_.async_accept(
      [self = shared_from_this()](std::error_code failed, asio::ip::tcp::socket socket) {
        if (!self->acceptor_.is_open()) return;
        if (!failed) std::make_shared<small_connection>(std::move(socket), self)->run();
        self->start();
      });
}

void small_server::stop() {
  loop_error_code ignored;
  acceptor_.close(ignored);
  // held, because closing one may end it and take it off the list
  std::vector<std::shared_ptr<small_connection>> open;
  for (small_connection* each : connections_)
    open.push_back(each->shared_from_this());
  for (const auto& each : open)
    each->close();
}

}  // namespace reroute::testing
