// A token cache on a real loop in virtual time, with a source that answers when it is told to.
#pragma once

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "route/token_cache.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace reroute {

// A source that gives "t1", "t2", ... when it is told to, and counts.
struct source_state {
  explicit source_state(asio::io_context& io) : gate(io) { close(); }

  void close() { gate.expires_at(asio::steady_timer::time_point::max()); }
  // lets fetches end, those under way and those to come
  void open() { gate.expires_at(asio::steady_timer::time_point::min()); }

  asio::steady_timer gate;
  std::chrono::system_clock::time_point wall;  // from which lives count
  std::optional<std::chrono::seconds> life;
  std::string throws;  // a text to throw instead
  bool deaf = false;   // ignores its cancellation
  int begun = 0;
  int cancelled = 0;
};

inline asio::awaitable<access_token> fetch(std::shared_ptr<source_state> state) {
  const int number = ++state->begun;
  for (bool again = true; again;) {
    reroute::loop_error_code why;
    if (state->deaf)
      co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
    co_await state->gate.async_wait(asio::redirect_error(asio::use_awaitable, why));
    const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
    if (own.cancelled() != asio::cancellation_type::none) {
      ++state->cancelled;
      throw std::system_error(make_error_code(asio::error::operation_aborted));
    }
    again = state->gate.expiry() == asio::steady_timer::time_point::max();
  }
  if (!state->throws.empty()) throw std::runtime_error(state->throws);
  const std::string secret = "t" + std::to_string(number);
  if (!state->life) co_return access_token(secret);
  co_return access_token(secret, state->wall + *state->life);
}

// One asker: what it got, and how to send it away.
struct asker {
  std::optional<detail::token_result> got;
  asio::cancellation_signal cancel;
};

inline asio::awaitable<void> ask(
    detail::token_cache* cache, std::shared_ptr<asker> who, std::string refused,
    detail::token_cache::patience kept = detail::token_cache::patience::all) {
  // as an attempt does: every kind of cancellation, and as a value
  co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
  co_await asio::this_coro::throw_if_cancelled(false);
  if (refused.empty()) {
    detail::token_result got = co_await cache->get(kept);
    who->got = std::move(got);
  } else {
    detail::token_result got = co_await cache->refresh_after_refusal(refused, kept);
    who->got = std::move(got);
  }
}

struct rig {
  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  std::shared_ptr<source_state> source = std::make_shared<source_state>(io);
  std::unique_ptr<detail::token_cache> cache;

  explicit rig(reroute::duration fetch_timeout = std::chrono::minutes(2)) {
    source->wall = time->wall_now();
    cache = std::make_unique<detail::token_cache>(
        io.get_executor(), time,
        credential::bearer([state = source] { return fetch(state); }).source(), lent_transports(),
        fetch_timeout);
  }
  rig(const rig&) = delete;
  rig& operator=(const rig&) = delete;

  std::shared_ptr<asker> spawn(
      const std::string& refused = "",
      detail::token_cache::patience kept = detail::token_cache::patience::all) {
    auto who = std::make_shared<asker>();
    asio::co_spawn(io, ask(cache.get(), who, refused, kept),
                   asio::bind_cancellation_slot(who->cancel.slot(), asio::detached));
    return who;
  }
  std::vector<std::shared_ptr<asker>> crowd(
      int size, const std::string& refused = "",
      detail::token_cache::patience kept = detail::token_cache::patience::all) {
    std::vector<std::shared_ptr<asker>> all;
    for (int i = 0; i < size; ++i)
      all.push_back(spawn(refused, kept));
    return all;
  }
  // runs what is ready; time stands still
  void settle() {
    for (int quiet = 0; quiet < 3;) {
      io.restart();
      quiet = io.poll() == 0 ? quiet + 1 : 0;
    }
  }
  void pass(reroute::duration by) {
    time->advance(by);
    source->wall = time->wall_now();
    settle();
  }
  // asks, lets the source answer, and returns what came
  detail::token_result now(const std::string& refused = "") {
    const auto who = spawn(refused);
    source->open();
    settle();
    source->close();
    REQUIRE(who->got);
    return *who->got;
  }
};

inline std::string secret_of(const std::shared_ptr<asker>& who) {
  REQUIRE(who->got);
  CHECK_FALSE(who->got->error);
  return who->got->token.secret();
}

inline bool aborted(const std::shared_ptr<asker>& who) {
  return who->got && who->got->error == make_error_code(asio::error::operation_aborted);
}

}  // namespace reroute
