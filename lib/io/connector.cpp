// One try to reach an origin: addresses, TCP, a proxy's tunnel, TLS, within one time limit.
#include "io/connector.hpp"

#include "detail/asio_compat.hpp"
#include "http/host_port.hpp"
#include "io/connect_report.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/local/stream_protocol.hpp>
#include <asio/this_coro.hpp>

#include <array>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t most_early = 64 * 1024;

struct race_guard {
  explicit race_guard(std::shared_ptr<connect_race> held) : race(std::move(held)) {}
  race_guard(const race_guard&) = delete;
  race_guard& operator=(const race_guard&) = delete;
  ~race_guard() { race->stop(); }
  std::shared_ptr<connect_race> race;
};

struct buffer_guard {
  explicit buffer_guard(io_buffer_store& from) : store(from), held(from.take()) {}
  buffer_guard(const buffer_guard&) = delete;
  buffer_guard& operator=(const buffer_guard&) = delete;
  ~buffer_guard() { store.give_back(std::move(held)); }
  io_buffer_store& store;
  std::unique_ptr<io_buffers> held;
};

}  // namespace

connector::connector(transport_core& core, const origin& to, bool offer_http2)
    : core_(core),
      to_(to),
      via_(core.proxies.find(to.secure, to.host, to.port)),
      offer_http2_(offer_http2),
      wake_(core.executor),
      limit_(
          core.time,
          [](void* self) {
            static_cast<connector*>(self)->abort(make_error_code(errc::connect_timeout));
          },
          this) {}

asio::awaitable<connected> connector::run() {
  limit_.set_after(core_.options.connect_timeout);
  if (core_.options.unix_socket.empty()) {
    co_await reach();
  } else {
    co_await reach_unix();
  }
  if (!error_ && via_) co_await tunnel();
  step_ = step::tls;
  if (!error_ && to_.secure) co_await secure();
  limit_.clear();
  connected result;
  if (error_) {
    if (line_) line_->close();
    result.error = std::move(error_);
  } else {
    line_->peer = whom();
    result.line = std::move(line_);
  }
  co_return result;
}

void connector::abort(std::error_code why) {
  const bool timed_out = why == make_error_code(errc::connect_timeout);
  if (!error_) error_ = {why, false, timed_out ? late() : std::string()};
  stopped_ = true;
  if (line_) line_->close();
  wake_.ring();
}

// whom it speaks to at this step: what is behind a proxy has no address here
std::string connector::whom() const {
  const bool proxy = via_ && step_ != step::tls;
  std::string name = proxy ? "the proxy " + via_->name : http::host_and_port(to_.host, to_.port);
  const bool told = address_.empty() || address_ == to_meet() || (via_ && !proxy);
  return told ? name : name.append(" (").append(address_).append(")");
}

std::string connector::late() const {
  std::string text = http::host_and_port(to_.host, to_.port) + ": no connection in " +
                     time_text(core_.options.connect_timeout);
  if (via_) text += ", through the proxy " + via_->name;
  return text.append(": ").append(waits_for());
}

std::string connector::waits_for() const {
  const std::string there = address_.empty() ? "it" : address_;
  switch (step_) {
    case step::look_up:
      return "the name server has not answered; check the host name, and this machine's DNS";
    case step::connect:
      return race_ ? describe_tries(race_->tries(), to_meet()) : "no answer";
    case step::proxy_tls:
      return there +
             " took the connection, and has not finished the proxy's TLS handshake; check that "
             "the proxy speaks TLS";
    case step::proxy_answer:
      return there +
             " took the connection, and has not answered CONNECT; check that it is an HTTP proxy";
    case step::tls:
      return (via_ ? "the proxy opened the way, and the host"
                   : there + " took the connection, and") +
             " has not finished the TLS handshake; check that the port speaks TLS";
  }
  return {};
}

asio::awaitable<void> connector::reach() {
  const std::string host = to_meet();
  const auto found = co_await core_.hosts.resolve(host, wake_, stopped_);
  if (give_up(co_await asio::this_coro::cancellation_state)) co_return;
  if (found.addresses.empty()) {
    fail(errc::host_not_found, describe_look_up(found));
    co_return;
  }
  step_ = step::connect;
  race_ = std::make_shared<connect_race>(core_.executor, core_.time);
  const race_guard racing(race_);
  race_->start(found.addresses, via_ ? via_->port : to_.port, wake_);
  while (!race_->over()) {
    co_await wake_.wait();
    if (give_up(co_await asio::this_coro::cancellation_state)) co_return;
  }
  auto winner = race_->take_winner();
  if (!winner) {
    fail(errc::connect_failed, describe_tries(race_->tries(), to_meet()));
    co_return;
  }
  loop_error_code gone;  // it may have been reset already
  const auto there = winner->remote_endpoint(gone);
  if (!gone) address_ = there.address().to_string();
  tune_socket(*winner, core_.options.ping_interval);
  line_ = std::make_unique<channel>(std::move(*winner));
}

asio::awaitable<void> connector::reach_unix() {
  const std::string& path = core_.options.unix_socket;
  address_ = path;
  step_ = step::connect;
  asio::local::stream_protocol::socket near(core_.executor);
  const asio::local::stream_protocol::endpoint there(path);
  loop_error_code ec;
  co_await near.async_connect(there, into(ec));
  if (give_up(co_await asio::this_coro::cancellation_state)) co_return;
  if (!ec) near.remote_endpoint(ec);  // where too many wait to be accepted, there is none
  // to all that comes after it is a stream like TCP's
  asio::ip::tcp::socket stream(core_.executor);
  if (!ec) stream.assign(asio::ip::tcp::v4(), near.release(), ec);
  if (ec) {
    fail(errc::connect_failed, ec.message() + "; check https_options::unix_socket");
    co_return;
  }
  tune_socket(stream, core_.options.ping_interval);
  line_ = std::make_unique<channel>(std::move(stream));
}

asio::awaitable<void> connector::secure() {
  const std::string key = to_.host + ':' + std::to_string(to_.port);
  const std::string_view offered = offer_http2_ ? alpn_http2_or_1 : alpn_http1;
  line_->tls =
      std::make_unique<tls_engine>(core_.tls, to_.host, key, offered, std::move(line_->tls));
  co_await shake_hands(offer_http2_);
}

asio::awaitable<void> connector::shake_hands(bool offered_http2) {
  tls_engine& tls = *line_->tls;
  const buffer_guard buffers(core_.buffers);
  const std::span<char> cipher(buffers.held->cipher.get(), io_buffers::cipher_size);
  for (;;) {
    const auto status = tls.handshake();
    co_await send_output();
    if (status == tls_engine::status::failed) {
      // rather than that the alert could not be sent
      if (!stopped_) error_ = {};
      fail(tls.error().code, tls.error().detail);
      co_return;
    }
    if (error_) co_return;
    if (status == tls_engine::status::done) break;
    const auto size = co_await receive(cipher, errc::tls_failed, "TLS handshake");
    if (error_) co_return;
    tls.input({cipher.data(), size});
    if (size == 0) tls.input_end();
  }
  greeted(offered_http2);
}

// what came behind the handshake lies in a buffer that is about to be reused
void connector::greeted(bool offered_http2) {
  tls_engine& tls = *line_->tls;
  line_->http2 = offered_http2 && tls.alpn() == "h2";
  if (!line_->http2 && !tls.alpn().empty() && tls.alpn() != "http/1.1")
    return fail(errc::tls_failed, "the peer chose a protocol that was not offered");
  std::array<char, 1024> some;
  for (;;) {
    const auto more = tls.read(some);
    if (more.state == tls_engine::status::failed) return fail(tls.error().code, tls.error().detail);
    // the end, too, is found by who asks
    if (more.state != tls_engine::status::done) return;
    // a server of HTTP/2 begins with its settings; one of HTTP/1.1 may refuse all who come
    line_->early.append(some.data(), more.size);
    if (line_->early.size() > most_early)
      return fail(errc::protocol_error, "the peer said more than 64 KiB before it was asked");
  }
}

asio::awaitable<void> connector::send_output() {
  for (;;) {
    auto ec = line_->flush_now();
    if (!ec) co_return;
    if (ec == asio::error::would_block) {
      co_await line_->socket.async_wait(asio::ip::tcp::socket::wait_write, into(ec));
      if (give_up(co_await asio::this_coro::cancellation_state)) co_return;
    }
    if (ec) {
      fail(errc::tls_failed, "sending the TLS handshake: " + ec.message());
      co_return;
    }
  }
}

asio::awaitable<std::size_t> connector::receive(std::span<char> into_here, errc code,
                                                std::string_view doing) {
  loop_error_code ec;
  const auto target = asio::buffer(into_here.data(), into_here.size());
  const std::size_t size = co_await line_->socket.async_read_some(target, into(ec));
  if (give_up(co_await asio::this_coro::cancellation_state)) co_return 0;
  if (ec && ec != asio::error::eof) fail(code, std::string(doing) + ": " + ec.message());
  co_return ec ? 0 : size;
}

bool connector::give_up(const asio::cancellation_state& state) {
  if (!error_ && is_cancelled(state)) fail(make_error_code(asio::error::operation_aborted), "");
  return static_cast<bool>(error_);
}

void connector::fail(std::error_code code, std::string detail) {
  if (error_) return;
  if (!detail.empty()) detail.insert(0, whom() + ": ");
  error_ = {code, false, std::move(detail)};
}

}  // namespace reroute::detail
