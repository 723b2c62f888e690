// The loops before and after the article, with a timer where they slept the thread.
#include "bench/support/article_loops.hpp"

#include <reroute/error/resolver.hpp>

#include "bench/support/plain_ask.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>
#include <string_view>

namespace bench {

using namespace std::chrono_literals;

asio::awaitable<bool> before_loop(loop_context& shared) {
  for (int attempt = 0; attempt < 5; ++attempt) {
    const plain_answer heard = co_await ask(shared, shared.routes.front());
    if (heard.error) co_return false;
    if (heard.response.status == 200) co_return true;
    if (heard.response.status != 429) co_return false;
    int seconds = 1;
    if (const auto value = heard.response.headers.find("retry-after")) {
      const auto [end, failed] =
          std::from_chars(value->data(), value->data() + value->size(), seconds);
      if (failed != std::errc() || end != value->data() + value->size())
        co_return false;  // int() throws
    }
    co_await pause_for(std::chrono::seconds(seconds));
  }
  co_return false;
}

asio::awaitable<bool> after_loop(loop_context& shared) {
  for (const plain_route& route : shared.routes) {
    for (int attempt = 0; attempt < 4; ++attempt) {
      const plain_answer heard = co_await ask(shared, route);
      if (!heard.error && heard.response.status == 200) co_return true;
      const auto now =
          std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
      const reroute::normalized_error error =
          heard.error ? reroute::resolve_transport_failure("", heard.error.code, heard.error.sent)
                      : route.resolve(heard.response, now);
      if (!error.retryable) {
        if (!error.failover_worthy) co_return false;
        break;
      }
      std::chrono::duration<double> pause =
          std::uniform_real_distribution<double>(
              0, std::min(std::exp2(attempt), 30.0))(shared.random) *
          1s;
      if (error.retry_after)
        pause = std::min<std::chrono::duration<double>>(*error.retry_after, 30s);
      co_await pause_for(pause);
    }
  }
  co_return false;
}

}  // namespace bench
