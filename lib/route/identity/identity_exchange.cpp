// One exchange with a token endpoint, under a time limit.
#include "route/identity/identity_exchange.hpp"

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/error/errc.hpp>

#include "detail/cancelled_by.hpp"
#include "route/clean_error.hpp"
#include "route/secret.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <exception>
#include <string>
#include <system_error>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t longest_answer = 1024 * 1024;

// shared by the exchange, who waits for it, and the timer
struct bout {
  explicit bout(const asio::any_io_executor& executor)
      : ended(executor, asio::steady_timer::time_point::max()) {}
  asio::cancellation_signal give_up;
  asio::steady_timer ended;  // never fires: cancelling it wakes who waits
  std::unique_ptr<timer> limit;
  identity_answer answer;
  bool over = false;
  bool running = false;  // the coroutine exists: a signal may be sent into it
};

void end(bout& of, std::error_code failed) {
  if (std::exchange(of.over, true)) return;
  of.limit->cancel();
  if (failed) of.answer.error.code = failed;
  of.ended.cancel();
}

void give_up(bout& of, std::error_code why) {
  end(of, why);
  if (of.running) of.give_up.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> run(std::shared_ptr<bout> mine, std::shared_ptr<transport> over,
                          http::request request) {
  const auto gone = [](bout* ended) { ended->running = false; };
  mine->running = true;
  const std::unique_ptr<bout, decltype(gone)> mark(mine.get(), gone);
  exchange_result begun = co_await over->exchange(std::move(request));
  if (mine->over) co_return;
  if (begun.error) {
    mine->answer.error = std::move(begun.error);
    end(*mine, {});
    co_return;
  }
  http::response& into = mine->answer.response;
  into.status = begun.head.status;
  into.headers = std::move(begun.head.headers);
  for (bool last = false; !last;) {
    body_piece piece = co_await begun.body->read();
    if (mine->over) co_return;
    append_secret(into.body, piece.bytes);
    if (into.body.size() > longest_answer) piece.error.code = errc::body_too_large;
    last = piece.last || piece.error;
    // an error whose body was cut off is still that error
    if (piece.error && into.status / 100 == 2) mine->answer.error = std::move(piece.error);
  }
  end(*mine, {});
}

}  // namespace

identity_answer::~identity_answer() { wipe(response.body); }

identity_answer& identity_answer::operator=(identity_answer&& other) noexcept {
  if (this == &other) return *this;
  wipe(response.body);
  error = std::move(other.error);
  response = std::move(other.response);
  return *this;
}

std::shared_ptr<transport> transport_for(const http::url& url,
                                         const std::shared_ptr<transport>& own,
                                         const token_fetch& lent) {
  if (own) return own;
  return url.secure() ? lent.https() : lent.plain();
}

asio::awaitable<identity_answer> exchange_identity(token_fetch lent,
                                                   std::shared_ptr<transport> over,
                                                   http::request request, duration limit) {
  const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
  const auto mine = std::make_shared<bout>(lent.executor());
  mine->limit = lent.time()->make_timer(lent.executor());
  mine->limit->wake_at(lent.time()->now() + limit, [of = std::weak_ptr<bout>(mine)] {
    if (const auto slow = of.lock()) give_up(*slow, errc::provider_timeout);
  });
  asio::co_spawn(lent.executor(), run(mine, std::move(over), std::move(request)),
                 cancelled_by(mine->give_up.slot(), [mine](const std::exception_ptr& thrown) {
                   if (thrown) end(*mine, errc::connection_lost);
                 }));
  if (!mine->over) {
    loop_error_code woken;
    co_await mine->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
  if (own.cancelled() != asio::cancellation_type::none) {
    give_up(*mine, make_error_code(asio::error::operation_aborted));
    throw std::system_error(make_error_code(asio::error::operation_aborted));
  }
  co_return std::move(mine->answer);
}

asio::awaitable<void> pause_for(token_fetch lent, duration time) {
  const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
  asio::steady_timer never(lent.executor(), asio::steady_timer::time_point::max());
  const std::unique_ptr<timer> alarm = lent.time()->make_timer(lent.executor());
  bool rung = false;
  alarm->wake_at(lent.time()->now() + time, [&] {
    rung = true;
    never.cancel();
  });
  while (!rung) {
    loop_error_code woken;
    co_await never.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (own.cancelled() != asio::cancellation_type::none)
      throw std::system_error(make_error_code(asio::error::operation_aborted));
  }
}

token_result unreachable(const transport_error& error, std::string_view who) {
  std::string text(who);
  if (error.code == errc::provider_timeout) {
    text += " did not answer in time";
  } else {
    text.append(" could not be reached: ")
        .append(error.detail.empty() ? error.code.message() : redact(error.detail));
  }
  return {error.code, may_pass(error.code), std::move(text)};
}

token_result result_of(const identity_answer& answer, const token_reading& how) {
  return answer.error ? unreachable(answer.error, how.who)
                      : read_token_answer(answer.response, how);
}

access_token token_of(const identity_answer& answer, const token_reading& how) {
  token_result result = result_of(answer, how);
  if (result.error) throw_failure(result);
  return std::move(result.token);
}

void throw_failure(const token_result& failure) {
  throw clean_error(failure.error, failure.detail, failure.retryable, failure.rest);
}

}  // namespace reroute::detail
