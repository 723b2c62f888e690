// The transport that ships: origins, their pools, and the door to them.
#include <reroute/error/errc.hpp>
#include <reroute/io/https_transport.hpp>

#include "detail/asio_compat.hpp"
#include "io/http1_exchange.hpp"
#include "io/pool.hpp"
#include "io/transport_core.hpp"

#include <asio/this_coro.hpp>

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
  count("max_connections", options.max_connections);
  count("max_connecting", options.max_connecting);
  count("max_header_size", options.max_header_size);
  count("max_body_size", options.max_body_size);
}

// what exchanges in flight keep alive when the transport's last owner has gone
class origins {
 public:
  origins(asio::any_io_executor executor, https_options options, std::shared_ptr<clock> time,
          host_lookup lookup)
      : core_(std::move(executor), std::move(options), std::move(time), std::move(lookup)) {}

  transport_core& core() noexcept { return core_; }

  pool& of(const http::url& url) {
    const std::tuple<std::string_view, std::uint16_t, bool> wanted(url.host, url.port,
                                                                   url.secure());
    auto at = pools_.find(wanted);
    if (at == pools_.end()) {
      origin to;
      to.secure = url.secure();
      to.host = url.host;
      to.port = url.port;
      auto made = std::make_unique<pool>(core_, std::move(to));
      at = pools_.emplace(key(url.host, url.port, url.secure()), std::move(made)).first;
    }
    return *at->second;
  }

  void shutdown() {
    for (auto& [where, pool] : pools_)
      pool->shutdown();
  }

 private:
  using key = std::tuple<std::string, std::uint16_t, bool>;
  transport_core core_;
  std::map<key, std::unique_ptr<pool>, std::less<>> pools_;
};

awaitable<exchange_result> exchange_on(std::shared_ptr<origins> state, http::request request) {
  exchange_result result;
  const auto& url = request.url;
  if (url.scheme != "https" && !(url.scheme == "http" && state->core().options.allow_plain_http)) {
    result.error.code = errc::rejected;
    result.error.detail = "plain http is off: use https, or set https_options::allow_plain_http";
    co_return result;
  }
  // a cancelled coroutine throws at its next await unless told not to; here it is told by a value
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  auto exchange = std::make_unique<http1_exchange>(state, state->core());
  result.error = co_await exchange->start(request, state->of(url));
  if (!result.error) {
    result.head = exchange->take_head();
    result.body = std::move(exchange);
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return result;
}

class https_transport final : public transport {
 public:
  explicit https_transport(std::shared_ptr<origins> state) : state_(std::move(state)) {}
  ~https_transport() override { state_->shutdown(); }

  awaitable<exchange_result> exchange(http::request request) override {
    return exchange_on(state_, std::move(request));
  }
  void shutdown() override { state_->shutdown(); }

 private:
  std::shared_ptr<origins> state_;
};

}  // namespace

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
  auto lookup = detail::asio_host_lookup(executor);
  return detail::make_https_transport(std::move(executor), std::move(options), std::move(time),
                                      std::move(lookup));
}

}  // namespace reroute
