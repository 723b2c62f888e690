// The coroutine around the rules of cached tokens.
#include "route/token_cache.hpp"

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/error/errc.hpp>

#include "detail/cancelled_by.hpp"
#include "route/token_state.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>
#include <string>
#include <utility>

namespace reroute::detail {

// One fetch that is under way. Its waiters share it, so that the next one cannot be mistaken for
// it.
struct token_cache::fetch {
  explicit fetch(const asio::any_io_executor& executor)
      : ended(executor, asio::steady_timer::time_point::max()) {}

  asio::cancellation_signal give_up;
  asio::steady_timer ended;      // never fires: cancelling it wakes all waiters
  std::unique_ptr<timer> limit;  // of its time
  token_result trouble;          // of the tries so far, if the source goes on
  time_point next_try{};
  bool over = false;
  bool running = false;  // the source's coroutine exists: a signal may be sent into it
};

// What outlives the cache while somebody waits or the source still runs.
struct token_cache::core {
  core(asio::any_io_executor on, std::shared_ptr<clock> time_source,
       std::shared_ptr<const token_provider> from, lent_transports transports, duration timeout)
      : executor(std::move(on)),
        time(std::move(time_source)),
        source(std::move(from)),
        lent(std::move(transports)),
        fetch_timeout(timeout) {}

  asio::any_io_executor executor;
  std::shared_ptr<clock> time;
  std::shared_ptr<const token_provider> source;
  lent_transports lent;
  duration fetch_timeout;
  token_state rules;
  std::shared_ptr<fetch> under_way;
  bool closed = false;
};

token_cache::token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         std::shared_ptr<const token_provider> source, lent_transports lent,
                         duration fetch_timeout)
    : core_(std::make_shared<core>(std::move(executor), std::move(time), std::move(source),
                                   std::move(lent), fetch_timeout)) {}

token_cache::~token_cache() { shutdown(); }

asio::awaitable<token_result> token_cache::get(patience kept) {
  return obtain(core_, access_token(), kept);
}

asio::awaitable<token_result> token_cache::refresh_after_refusal(std::string_view refused,
                                                                 patience kept) {
  return obtain(core_, access_token(std::string(refused)), kept);
}

void token_cache::shutdown() {
  core_->closed = true;
  const std::shared_ptr<fetch> last = std::exchange(core_->under_way, nullptr);
  if (!last) return;
  last->over = true;
  last->limit->cancel();
  last->ended.cancel();
  if (last->running) last->give_up.emit(asio::cancellation_type::terminal);
}

// a token for one waiter; `refused` is empty for who was not refused
asio::awaitable<token_result> token_cache::obtain(std::shared_ptr<core> self, access_token refused,
                                                  patience kept) {
  const token_result aborted(make_error_code(asio::error::operation_aborted), false, "");
  const bool was_refused = !refused.secret().empty();
  const asio::cancellation_state own = co_await asio::this_coro::cancellation_state;
  for (;;) {
    if (self->closed || own.cancelled() != asio::cancellation_type::none) co_return aborted;
    const time_point now = self->time->now();
    self->rules.saw(now, self->time->wall_now());
    const token_state::step next =
        was_refused ? self->rules.ask_after_refusal(refused.secret(), now) : self->rules.ask(now);
    std::shared_ptr<fetch> joined = self->under_way;
    if (next.start) joined = begin(self);
    token_state::answer answer = next.what;
    if (answer == token_state::answer::wait) {
      while (!joined->over) {
        if (joined->trouble.error && kept == patience::none) {
          token_result so_far = joined->trouble;
          so_far.rest = std::max(duration::zero(), joined->next_try - self->time->now());
          co_return so_far;
        }
        loop_error_code woken;
        co_await joined->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        // its end, news of trouble, and this waiter's own cancellation wake alike
        if (self->closed || own.cancelled() != asio::cancellation_type::none) co_return aborted;
      }
      if (!was_refused) answer = self->rules.after_fetch(self->time->now());
    }
    if (answer == token_state::answer::serve) co_return token_result(self->rules.token());
    if (answer == token_state::answer::fail) co_return self->rules.failure(self->time->now());
  }
}

std::shared_ptr<token_cache::fetch> token_cache::begin(const std::shared_ptr<core>& self) {
  auto mine = std::make_shared<fetch>(self->executor);
  self->under_way = mine;
  mine->limit = self->time->make_timer(self->executor);
  mine->limit->wake_at(self->time->now() + self->fetch_timeout, [held = std::weak_ptr<core>(self),
                                                                 of = std::weak_ptr<fetch>(mine)] {
    const std::shared_ptr<core> still = held.lock();
    const std::shared_ptr<fetch> slow = of.lock();
    if (!still || !slow || slow->over) return;
    end(*still, *slow,
        token_result(errc::credential_failed, true, "the token source took too long"));
    if (slow->running) slow->give_up.emit(asio::cancellation_type::terminal);
  });
  asio::co_spawn(self->executor, run(self, mine),
                 cancelled_by(mine->give_up.slot(), [self, mine](const std::exception_ptr& thrown) {
                   if (thrown) end(*self, *mine, failure_of(thrown, {}));
                 }));
  return mine;
}

asio::awaitable<void> token_cache::run(std::shared_ptr<core> self, std::shared_ptr<fetch> mine) {
  const auto gone = [](fetch* ended) { ended->running = false; };
  mine->running = true;
  const std::unique_ptr<fetch, decltype(gone)> mark(mine.get(), gone);
  token_result result;
  try {
    token_fetch lent(self->executor, self->time, self->lent, self->rules.forced(),
                     [held = std::weak_ptr<core>(self), of = std::weak_ptr<fetch>(mine)](
                         const token_error& so_far, duration pause) {
                       const std::shared_ptr<core> still = held.lock();
                       const std::shared_ptr<fetch> ahead = of.lock();
                       if (still && ahead) note_trouble(*still, *ahead, so_far, pause);
                     });
    asio::awaitable<access_token> pending = (*self->source)(std::move(lent));
    access_token fetched = co_await std::move(pending);
    result = checked_token(std::move(fetched));
  } catch (...) {
    result = failure_of(std::current_exception(), self->rules.token().secret());
  }
  end(*self, *mine, std::move(result));
}

void token_cache::note_trouble(core& self, fetch& mine, const token_error& so_far,
                               duration again_in) {
  if (mine.over) return;
  mine.trouble = failure_of(std::make_exception_ptr(so_far), self.rules.token().secret());
  mine.next_try = self.time->now() + again_in;
  mine.ended.cancel();
}

// counts once: a fetch that was given up may still come to an end of its own
void token_cache::end(core& self, fetch& mine, token_result result) {
  if (std::exchange(mine.over, true)) return;
  mine.limit->cancel();
  self.under_way.reset();
  const time_point now = self.time->now();
  if (result.error) {
    self.rules.failed(std::move(result), now);
  } else {
    self.rules.fetched(std::move(result.token), now, self.time->wall_now());
  }
  mine.ended.cancel();
}

}  // namespace reroute::detail
