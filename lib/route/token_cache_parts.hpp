// What a token cache and a fetch of it hold. Of token_cache.cpp and token_cache_fetch.cpp only.
#pragma once

#include "route/token_cache.hpp"
#include "route/token_state.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace reroute::detail {

/// Of who has another route, with a source that says nothing.
constexpr duration short_patience = std::chrono::seconds(2);

// One fetch that is under way. Its waiters share it, so that the next one cannot be mistaken for
// it.
struct token_cache::fetch {
  explicit fetch(const asio::any_io_executor& executor)
      : ended(executor, asio::steady_timer::time_point::max()) {}

  asio::cancellation_signal give_up;
  asio::steady_timer ended;      // never fires: cancelling it wakes all waiters
  std::unique_ptr<timer> limit;  // of its time
  std::unique_ptr<timer> slow;   // when those leave who have another route
  token_result before;           // what the last fetch ended in, if it failed
  token_result trouble;          // of the tries so far, if the source goes on
  time_point next_try{};
  time_point begun_at{}, given_up_at{};
  bool told = false;  // the trouble is what the source says
  bool over = false;
  bool running = false;  // the source's coroutine exists: a signal may be sent into it
};

// What outlives the cache while somebody waits or the source still runs.
struct token_cache::core {
  core(asio::any_io_executor on, std::shared_ptr<clock> time_source,
       std::shared_ptr<const token_provider> from, lent_transports transports, duration timeout,
       warning_listener listener)
      : executor(std::move(on)),
        time(std::move(time_source)),
        source(std::move(from)),
        lent(std::move(transports)),
        fetch_timeout(timeout),
        warned(std::move(listener)) {}

  asio::any_io_executor executor;
  std::shared_ptr<clock> time;
  std::shared_ptr<const token_provider> source;
  lent_transports lent;
  duration fetch_timeout;
  warning_listener warned;
  token_state rules;
  std::shared_ptr<fetch> under_way;
  bool closed = false;
};

}  // namespace reroute::detail
