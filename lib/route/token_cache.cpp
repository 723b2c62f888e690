// The coroutine around the rules of token refresh.
#include "route/token_cache.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/headers.hpp>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace reroute::detail {

token_cache::token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         token_source source)
    : executor_(executor),
      clock_(std::move(time)),
      source_(std::move(source)),
      refreshed_(executor) {
  refreshed_.expires_at(asio::steady_timer::time_point::max());
}

asio::awaitable<token_result> token_cache::get() {
  const auto keep = shared_from_this();
  switch (state_.ask(clock_->now(), clock_->wall_now())) {
    case token_state::advice::fail:
      co_return last_failure_;
    case token_state::advice::wait:
      break;
    case token_state::advice::serve_and_refresh:
      begin_refresh();
      [[fallthrough]];
    case token_state::advice::serve: {
      token_result cached;
      cached.token = state_.token();
      co_return cached;
    }
  }
  token_result fetched = co_await wait_for_refresh();
  co_return fetched;
}

asio::awaitable<token_result> token_cache::refresh_after_refusal(std::string refused) {
  const auto keep = shared_from_this();
  const token_state::advice advice =
      state_.ask_after_refusal(refused, clock_->now(), clock_->wall_now());
  if (advice == token_state::advice::fail) co_return last_failure_;
  if (advice == token_state::advice::wait) {
    token_result fetched = co_await wait_for_refresh();
    co_return fetched;
  }
  token_result cached;
  cached.token = state_.token();
  co_return cached;
}

asio::awaitable<token_result> token_cache::wait_for_refresh() {
  token_result result;
  if (!closed_) {
    if (!state_.refreshing()) begin_refresh();
    std::error_code woken;
    co_await refreshed_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    // the end of the refresh and this waiter's own cancellation wake alike
    const auto own = co_await asio::this_coro::cancellation_state;
    if (!closed_ && own.cancelled() == asio::cancellation_type::none && !state_.refreshing()) {
      result = last_failure_;
      if (!result.error) result.token = state_.token();
      co_return result;
    }
  }
  result.error = asio::error::operation_aborted;
  co_return result;
}

void token_cache::begin_refresh() {
  if (closed_) return;
  state_.began();
  asio::co_spawn(executor_, run_refresh(shared_from_this()),
                 asio::bind_cancellation_slot(give_up_.slot(), asio::detached));
}

asio::awaitable<void> token_cache::run_refresh(std::shared_ptr<token_cache> self) {
  access_token token;
  token_result failure;
  try {
    token = co_await self->source_();
    if (token.secret().empty() || !http::is_field_value(token.secret())) {
      failure.error = errc::credential_failed;
      failure.detail = "the token source gave an empty token, or one with a line break";
      failure.retryable = false;
    }
  } catch (const std::system_error& problem) {
    failure.error = problem.code() ? problem.code() : make_error_code(errc::credential_failed);
    failure.detail = problem.code().message();
  } catch (...) {
    // an exception's own text may quote what the endpoint said, secrets included
    failure.error = errc::credential_failed;
    failure.detail = "the token source failed";
  }
  if (failure.error) {
    self->state_.failed(self->clock_->now());
  } else {
    self->state_.succeeded(std::move(token));
  }
  self->last_failure_ = std::move(failure);
  self->refreshed_.cancel();
}

void token_cache::shutdown() {
  if (std::exchange(closed_, true)) return;
  give_up_.emit(asio::cancellation_type::terminal);
  refreshed_.cancel();
}

}  // namespace reroute::detail
