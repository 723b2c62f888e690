// The coroutine around the rules of cached tokens.
#include "route/token_cache.hpp"

#include <reroute/error/errc.hpp>

#include "route/token_state.hpp"

#include <asio/bind_cancellation_slot.hpp>
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
namespace {

using namespace std::chrono_literals;

constexpr duration short_patience = 2s;  // of who has another route
constexpr duration longest_pause = 24h;  // between two tries; more is not reckoned with

}  // namespace

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

token_cache::token_cache(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         std::shared_ptr<const token_provider> source, lent_transports lent,
                         duration fetch_timeout, warning_listener warned)
    : core_(std::make_shared<core>(std::move(executor), std::move(time), std::move(source),
                                   std::move(lent), fetch_timeout, std::move(warned))) {}

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
  last->slow->cancel();
  last->ended.cancel();
  if (last->running) last->give_up.emit(asio::cancellation_type::terminal);
}

// a token for one waiter; `refused` is empty for who was not refused
asio::awaitable<token_result> token_cache::obtain(std::shared_ptr<core> self, access_token refused,
                                                  patience kept) {
  const token_result aborted(asio::error::operation_aborted, false, "");
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
        if (kept == patience::none) {
          // who began the fetch finds out for the others whether the source is well again
          const time_point then = self->time->now();
          token_result news = news_of(*joined, next.start, then);
          if (news.error && !was_refused && self->rules.lives(then))
            co_return token_result(self->rules.token());
          if (news.error) co_return news;
        }
        std::error_code woken;
        co_await joined->ended.async_wait(asio::redirect_error(asio::use_awaitable, woken));
        // its end, news of it, and this waiter's own cancellation wake alike
        if (self->closed || own.cancelled() != asio::cancellation_type::none) co_return aborted;
      }
      if (!was_refused) answer = self->rules.after_fetch(self->time->now());
    }
    if (answer == token_state::answer::serve) co_return token_result(self->rules.token());
    if (answer == token_state::answer::fail) co_return self->rules.failure(self->time->now());
  }
}

// why not to wait for a fetch any longer with another route at hand; no error: wait
token_result token_cache::news_of(const fetch& of, bool began_it, time_point now) {
  token_result news = !of.trouble.error && !began_it ? of.before : of.trouble;
  // nobody knows how long a silent source goes on: as long again as it took so far
  news.rest = of.told ? std::max(duration::zero(), of.next_try - now)
                      : std::max(short_patience, now - of.begun_at);
  return news;
}

std::shared_ptr<token_cache::fetch> token_cache::begin(const std::shared_ptr<core>& self) {
  auto mine = std::make_shared<fetch>(self->executor);
  self->under_way = mine;
  const time_point now = self->time->now();
  if (self->rules.failing()) mine->before = self->rules.failure(now);
  mine->slow = self->time->make_timer(self->executor);
  mine->slow->wake_at(now + short_patience, [of = std::weak_ptr<fetch>(mine)] {
    const std::shared_ptr<fetch> slow = of.lock();
    if (!slow || slow->over || slow->trouble.error) return;
    slow->trouble =
        token_result(errc::provider_timeout, true, "the token source has not answered yet");
    slow->ended.cancel();
  });
  mine->limit = self->time->make_timer(self->executor);
  mine->begun_at = now;
  mine->given_up_at = now + self->fetch_timeout;
  mine->limit->wake_at(mine->given_up_at,
                       [held = std::weak_ptr<core>(self), of = std::weak_ptr<fetch>(mine)] {
                         const std::shared_ptr<core> still = held.lock();
                         const std::shared_ptr<fetch> slow = of.lock();
                         if (still && slow) give_up(*still, *slow);
                       });
  asio::co_spawn(self->executor, run(self, mine),
                 asio::bind_cancellation_slot(mine->give_up.slot(),
                                              [self, mine](const std::exception_ptr& thrown) {
                                                if (thrown)
                                                  end(*self, *mine, failure_of(thrown, {}));
                                              }));
  return mine;
}

asio::awaitable<void> token_cache::run(std::shared_ptr<core> self, std::shared_ptr<fetch> mine) {
  const auto gone = [](fetch* ended) { ended->running = false; };
  mine->running = true;
  const std::unique_ptr<fetch, decltype(gone)> mark(mine.get(), gone);
  token_result result;
  try {
    token_fetch lent(
        self->executor, self->time, self->lent, self->rules.forced(),
        [held = std::weak_ptr<core>(self), of = std::weak_ptr<fetch>(mine)](
            const token_error& so_far, duration pause) {
          const std::shared_ptr<core> still = held.lock();
          const std::shared_ptr<fetch> ahead = of.lock();
          if (still && ahead) note_trouble(*still, *ahead, so_far, pause);
        },
        [held = std::weak_ptr<core>(self)](const token_error& what) {
          if (const std::shared_ptr<core> still = held.lock()) note_warning(*still, what);
        });
    asio::awaitable<access_token> pending = (*self->source)(std::move(lent));
    access_token fetched = co_await std::move(pending);
    result = checked_token(std::move(fetched));
  } catch (...) {
    result = failure_of(std::current_exception(), self->rules.token().secret());
  }
  end(*self, *mine, std::move(result));
}

// it ends with what its source said last: that is the cause, not the time
void token_cache::give_up(core& self, fetch& mine) {
  if (mine.over) return;
  token_result why(errc::credential_failed, true, "the token source took too long");
  if (mine.told) {
    why = mine.trouble;
    why.rest = std::max(duration::zero(), mine.next_try - self.time->now());
  }
  end(self, mine, std::move(why));
  if (mine.running) mine.give_up.emit(asio::cancellation_type::terminal);
}

void token_cache::note_trouble(core& self, fetch& mine, const token_error& so_far,
                               duration again_in) {
  if (mine.over) return;
  mine.trouble = failure_of(so_far, self.rules.token().secret());
  mine.told = true;
  mine.next_try = self.time->now() + std::clamp(again_in, duration::zero(), longest_pause);
  if (mine.next_try >= mine.given_up_at) return give_up(self, mine);
  mine.ended.cancel();
}

void token_cache::note_warning(core& self, const token_error& what) {
  if (self.closed || !self.warned) return;
  self.warned(failure_of(what, self.rules.token().secret()));
}

// counts once: a fetch that was given up may still come to an end of its own
void token_cache::end(core& self, fetch& mine, token_result result) {
  if (std::exchange(mine.over, true)) return;
  mine.limit->cancel();
  mine.slow->cancel();
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
