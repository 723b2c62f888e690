// The transport that ships: origins, their pools, and the door to them.
#include <reroute/error/errc.hpp>
#include <reroute/io/https_transport.hpp>

#include "detail/asio_compat.hpp"
#include "io/drain.hpp"
#include "io/gunzip_body.hpp"
#include "io/h2_exchange.hpp"
#include "io/h2_pool.hpp"
#include "io/http1_exchange.hpp"
#include "io/pool.hpp"
#include "io/request_check.hpp"
#include "io/resolver_hook.hpp"
#include "io/resolver_threads.hpp"
#include "io/transport_core.hpp"

#include <asio/async_result.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

namespace reroute {
namespace detail {
namespace {

using asio::awaitable;

constexpr std::size_t most_path = 107;  // what the system's socket address holds

[[noreturn]] void refuse(std::string_view field, std::string_view cure) {
  throw std::invalid_argument("https_options::" + std::string(field) + ": " + std::string(cure));
}

void check(const https_options& options) {
  const auto time = [](std::string_view field, std::chrono::milliseconds value) {
    if (value < value.zero()) refuse(field, "must not be negative; 0 means no limit");
  };
  const auto count = [](std::string_view field, std::size_t value) {
    if (value == 0) refuse(field, "must be at least 1");
  };
  time("connect_timeout", options.connect_timeout);
  time("head_timeout", options.head_timeout);
  time("idle_timeout", options.idle_timeout);
  time("keep_alive", options.keep_alive);
  time("max_connection_age", options.max_connection_age);
  time("ping_interval", options.ping_interval);
  count("max_connections", options.max_connections);
  count("max_connecting", options.max_connecting);
  count("max_streams", options.max_streams);
  count("max_header_size", options.max_header_size);
  count("max_body_size", options.max_body_size);
  if (options.unix_socket.size() > most_path)
    refuse("unix_socket", "the path is longer than 107 bytes");
  if (!options.unix_socket.empty() && !options.proxy.url.empty())
    refuse("unix_socket", "does not go through a proxy; leave proxy.url empty");
}

// what exchanges in flight keep alive when the transport's last owner has gone
class origins {
 public:
  origins(asio::any_io_executor executor, https_options options, std::shared_ptr<clock> time,
          host_lookup lookup)
      : core_(std::move(executor), std::move(options), std::move(time), std::move(lookup)) {}

  transport_core& core() noexcept { return core_; }

  // the connections to one origin, over either version
  struct door {
    door(transport_core& core, const origin& to)
        : http1(core, to),
          http2(core, to, [this](std::unique_ptr<channel> line) { http1.adopt(std::move(line)); }) {
    }
    pool http1;
    h2_pool http2;
  };

  door& of(const http::url& url) {
    const std::tuple<std::string_view, std::uint16_t, bool> wanted(url.host, url.port,
                                                                   url.secure());
    auto at = doors_.find(wanted);
    if (at == doors_.end()) {
      origin to;
      to.secure = url.secure();
      to.host = url.host;
      to.port = url.port;
      auto made = std::make_unique<door>(core_, to);
      at = doors_.emplace(key(url.host, url.port, url.secure()), std::move(made)).first;
    }
    return *at->second;
  }

  void drain() {
    core_.draining = true;
    for (auto& [where, each] : doors_) {
      each->http1.drain();
      each->http2.drain();
    }
  }

  void shutdown() {
    for (auto& [where, each] : doors_) {
      each->http1.shutdown();
      each->http2.shutdown();
    }
  }

 private:
  using key = std::tuple<std::string, std::uint16_t, bool>;
  transport_core core_;
  std::map<key, std::unique_ptr<door>, std::less<>> doors_;
};

transport_error check_scheme(const http::url& url, const https_options& options) {
  const bool plain = options.allow_plain_http || !options.unix_socket.empty();
  if (url.scheme == "https" || (url.scheme == "http" && plain)) return {};
  return {errc::rejected, false,
          "plain http is off: use https, or set https_options::allow_plain_http"};
}

transport_error check_open(const transport_core& core, const http::url& url, bool begun = false) {
  if (core.gone) return {make_error_code(asio::error::operation_aborted), false, {}};
  if (core.draining && !begun) return {errc::draining, false, {}};
  return check_scheme(url, core.options);
}

bool may_be_http2(const http::url& url, const https_options& options) {
  return url.secure() && options.versions != http_versions::http1;
}

awaitable<transport_error> warm_up_on(std::shared_ptr<origins> state, http::url where,
                                      std::size_t connections) {
  transport_error error = check_open(state->core(), where);
  if (error || connections == 0) co_return error;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  origins::door& to = state->of(where);
  bool done = false;
  if (may_be_http2(where, state->core().options) && !to.http2.speaks_http1()) {
    const auto connection = co_await to.http2.acquire(state, error);
    if (connection) connection->unreserve();
    done = error || connection;
  }
  if (!done) error = co_await to.http1.warm_up(state, connections);
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return error;
}

// What an exchange over either version is inside of: counted, and with its gzip undone.
class exchange_frame {
 public:
  exchange_frame(origins& on, http::request& request)
      : core_(on.core()),
        under_way_(core_.flights),
        undo_(!request.headers.contains("accept-encoding")) {
    if (undo_ && core_.options.accept_gzip) request.headers.add("accept-encoding", "gzip");
  }

  // whether it may begin, else why not; a cancelled one would not be told once more. `begun`: over the other
  // version, so that a drain lets it finish
  [[nodiscard]] bool may_begin(const http::request& request, const asio::cancellation_state& state,
                               transport_error& error, bool begun = false) const {
    error = check_open(core_, request.url, begun);
    if (!error && is_cancelled(state)) error.code = make_error_code(asio::error::operation_aborted);
    return !error;
  }
  template <class Exchange>
  void end(std::unique_ptr<Exchange> exchange, exchange_result& result) const {
    result.error = exchange->error();
    if (result.error) return;
    result.head = exchange->take_head();
    result.body = std::move(exchange);
    undo(result);
  }
  void undo(exchange_result& result) const {
    if (undo_ && result.body) undo_gzip(result, core_.options.max_body_size);
  }

 private:
  transport_core& core_;
  const in_flight::entry under_way_;
  const bool undo_;
};

struct initiate_ask {
  template <class Handler>
  void operator()(Handler&& handler, http1_exchange* exchange, const http::request* request) const {
    exchange->ask(*request, std::forward<Handler>(handler));
  }
};

// In these, a cancelled coroutine throws at its next await unless told not to; here it is told by a value.

awaitable<exchange_result> exchange_http1(std::shared_ptr<origins> state, http::request request,
                                          bool begun) {
  exchange_result result;
  const exchange_frame frame(*state, request);
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  const auto asked = co_await asio::this_coro::cancellation_state;
  if (!frame.may_begin(request, asked, result.error, begun)) co_return result;
  co_await asio::this_coro::throw_if_cancelled(false);
  pool& home = state->of(request.url).http1;
  auto exchange = std::make_unique<http1_exchange>(state, state->core());
  exchange->prepare(request, home);
  do {
    if (exchange->needs_connection()) co_await exchange->connect(home);
    if (exchange->reuses()) {
      auto token = into(exchange->read_error());
      auto reading = asio::async_initiate<decltype(token), void(loop_error_code, std::size_t)>(
          initiate_ask{}, token, exchange.get(), &request);
      const std::size_t size = co_await std::move(reading);
      exchange->came(size, co_await asio::this_coro::cancellation_state);
      if (exchange->left()) co_await exchange->send_rest();
    } else if (!exchange->send(request)) {
      co_await exchange->send_rest();
    }
    while (exchange->waits()) {
      const std::size_t size = co_await exchange->socket().async_read_some(
          exchange->room(), into(exchange->read_error()));
      exchange->came(size, co_await asio::this_coro::cancellation_state);
    }
  } while (!exchange->settled(request));
  frame.end(std::move(exchange), result);
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

// in a frame of its own: the other is held by each of the many that wait over HTTP/2
awaitable<void> exchange_http1_instead(std::shared_ptr<origins> state, http::request& request,
                                       exchange_result& result) {
  result = co_await exchange_http1(std::move(state), std::move(request), true);
}

// Over HTTP/1.1 where the peer speaks nothing else.
awaitable<exchange_result> exchange_http2(std::shared_ptr<origins> state, http::request request) {
  exchange_result result;
  const exchange_frame frame(*state, request);
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  if (!frame.may_begin(request, co_await asio::this_coro::cancellation_state, result.error))
    co_return result;
  result.error = check_request(request);
  if (result.error) co_return result;
  co_await asio::this_coro::throw_if_cancelled(false);
  h2_pool& home = state->of(request.url).http2;
  std::unique_ptr<h2_exchange> exchange;
  if (!home.speaks_http1()) {
    exchange = std::make_unique<h2_exchange>(state, state->core());
    do {
      if (!exchange->take_room(home)) co_await exchange->wait_for_room(home);
      exchange->ask(request);
      while (exchange->waits()) {
        co_await exchange->wait();
        exchange->look(co_await asio::this_coro::cancellation_state);
      }
    } while (!exchange->settled(request, home));
    if (!exchange->error() && exchange->wants_http1()) exchange.reset();
  }
  if (!exchange) {
    co_await exchange_http1_instead(state, request, result);
    frame.undo(result);
  } else {
    frame.end(std::move(exchange), result);
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

awaitable<transport_error> drain_all(std::shared_ptr<origins> state,
                                     std::chrono::milliseconds within) {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  state->drain();
  transport_core& core = state->core();
  std::function<bool()> quiet = [&core] { return core.flights.count() == 0; };
  transport_error end;
  end.code = co_await wait_until_quiet(core.executor, core.time, core.flights.watchers(),
                                       std::move(quiet), within);
  if (end.code == make_error_code(asio::error::timed_out))
    end.detail = "what was still under way was given up";
  if (end.code != make_error_code(asio::error::operation_aborted)) state->shutdown();
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return end;
}

class https_transport final : public transport {
 public:
  explicit https_transport(std::shared_ptr<origins> state) : state_(std::move(state)) {}
  ~https_transport() override {
    state_->core().gone = true;
    state_->shutdown();
  }

  awaitable<exchange_result> exchange(http::request request) override {
    // on the caller's thread: nothing is touched here that changes
    const bool http2 = may_be_http2(request.url, state_->core().options);
    return http2 ? exchange_http2(state_, std::move(request))
                 : exchange_http1(state_, std::move(request), false);
  }
  awaitable<transport_error> warm_up(http::url where, std::size_t connections) override {
    return warm_up_on(state_, std::move(where), connections);
  }
  awaitable<transport_error> drain(std::chrono::milliseconds within) override {
    return drain_all(state_, within);
  }
  void shutdown() override { state_->shutdown(); }

 private:
  std::shared_ptr<origins> state_;
};

}  // namespace

std::unique_ptr<tls_context> proxy_context(const tls_options& options) {
  try {
    return std::make_unique<tls_context>(options, "https_options::proxy.tls");
  } catch (const std::invalid_argument& problem) {
    throw std::invalid_argument("https_options::proxy." + std::string(problem.what()));
  }
}

std::shared_ptr<transport> make_https_transport(asio::any_io_executor executor,
                                                https_options options, std::shared_ptr<clock> time,
                                                host_lookup lookup) {
  check(options);
  return std::make_shared<https_transport>(std::make_shared<origins>(
      std::move(executor), std::move(options), std::move(time), std::move(lookup)));
}

}  // namespace detail

std::shared_ptr<transport> make_https_transport(asio::any_io_executor executor,
                                                https_options options,
                                                std::shared_ptr<clock> time) {
  auto lookup = options.resolver ? detail::custom_lookup(executor, options.resolver)
                                 : detail::system_host_lookup(executor);
  return detail::make_https_transport(std::move(executor), std::move(options), std::move(time),
                                      std::move(lookup));
}

}  // namespace reroute
