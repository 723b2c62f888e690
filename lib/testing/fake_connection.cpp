// One connection to the fake: its socket, its phases, and the reading half.
#include "testing/fake_connection.hpp"

#include "testing/fake_answers.hpp"
#include "testing/fake_h2_connection.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace reroute::testing {
namespace {

// what a peer may send ahead of its turn
constexpr std::size_t max_early = 64 * 1024;

}  // namespace

fake_connection::fake_connection(asio::ip::tcp::socket socket, SSL_CTX* context,
                                 std::shared_ptr<fake_route_state> route,
                                 std::shared_ptr<connection_list> list)
    : socket_(std::make_unique<peer_socket>(std::move(socket), context)),
      peer_(*socket_),
      route_(std::move(route)),
      list_(std::move(list)),
      phase_(context ? phase::handshake : phase::reading) {
  list_->insert(this);
}

fake_connection::~fake_connection() {
  list_->erase(this);
  end_request(request_end::abandoned);
  if (!socket_) return;  // it speaks HTTP/2 now
  route_->note([](fake_log& log) { --log.open_connections; });
}

void fake_connection::start() {
  const std::optional<fault> greeting = route_->meet();
  if (greeting && greeting->kind == fault_kind::plain_text) return speak_plainly();
  if (greeting) phase_ = phase::leaving;  // a silent one: the peer's bytes go nowhere
  run();
}

void fake_connection::close(bool reset) {
  phase_ = phase::closed;
  timer_.reset();
  end_request(request_end::abandoned);
  peer_.close(reset);
}

void fake_connection::run() {
  for (;;) {
    bool more = false;
    switch (phase_) {
      case phase::handshake:
        more = shake_hands();
        break;
      case phase::reading:
        more = read_request();
        break;
      case phase::waiting:
        more = watch_peer();
        break;
      case phase::writing:
        more = write_answer();
        break;
      case phase::leaving:
        more = drain();
        break;
      case phase::closed:
        break;
    }
    if (!more) return;
  }
}

// Comes back when the socket is ready. False, for `return wait_for(...)`.
bool fake_connection::wait_for(peer_socket::result wanted) {
  using waits = asio::ip::tcp::socket;
  const bool read = wanted == peer_socket::result::want_read;
  bool& awaits = read ? awaits_read_ : awaits_write_;
  if (wanted == peer_socket::result::closed) {
    close(false);
  } else if (!std::exchange(awaits, true)) {
    peer_.socket().async_wait(read ? waits::wait_read : waits::wait_write,
                              [self = self(), &awaits](std::error_code failed) {
                                awaits = false;
                                if (!failed) self->run();
                              });
  }
  return false;
}

bool fake_connection::shake_hands() {
  const auto got = peer_.handshake();
  if (got != peer_socket::result::done) return wait_for(got);
  route_->note([](fake_log& log) { ++log.handshakes; });
  if (peer_.speaks_http2()) {
    phase_ = phase::closed;
    list_->erase(this);
    std::make_shared<fake_h2_connection>(std::move(socket_), route_, list_)->start();
    return false;
  }
  phase_ = phase::reading;
  return true;
}

bool fake_connection::read_request() {
  auto state = reader_.feed(std::exchange(early_, std::string()));
  std::array<char, 16 * 1024> buffer;
  while (state == request_reader::state::need_more) {
    std::size_t count = 0;
    const auto got = peer_.read(buffer.data(), buffer.size(), count);
    if (got != peer_socket::result::done) return wait_for(got);
    state = reader_.feed({buffer.data(), count});
    if (state == request_reader::state::need_more && reader_.take_expectation()) {
      out_ = "HTTP/1.1 100 Continue\r\n\r\n";
      sent_ = 0;
      allowed_ = out_.size();
      phase_ = phase::writing;
      return true;
    }
  }
  if (state == request_reader::state::broken) {
    route_->note([](fake_log& log) { ++log.malformed; });
    out_ = to_bytes(error_answer(route_->wearing(), 400, "This is not HTTP/1.1", "req_none"), true);
    sent_ = 0;
    allowed_ = out_.size();
    farewell_ = farewell::polite;
    phase_ = phase::writing;
  } else {
    begin_answer(reader_.take());
  }
  return true;
}

// While the answer is due: a peer that gives up is noticed at once.
bool fake_connection::watch_peer() {
  std::array<char, 4096> buffer;
  std::size_t count = 0;
  const auto got = peer_.read(buffer.data(), buffer.size(), count);
  if (got != peer_socket::result::done) return wait_for(got);
  if (close_asked_) return true;  // nothing that follows is served
  early_.append(buffer.data(), count);
  if (early_.size() > max_early) close(true);
  return phase_ != phase::closed;
}

bool fake_connection::drain() {
  const auto got = peer_.discard();
  return got == peer_socket::result::done || wait_for(got);
}

void fake_connection::end_request(request_end how) {
  if (!under_way_) return;
  route_->finish(*under_way_, how);
  under_way_.reset();
}

}  // namespace reroute::testing
