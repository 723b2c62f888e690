// When a cached token is served, refreshed in the background, or waited for.
#include "route/token_state.hpp"

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;

constexpr duration ample = 120s;           // more life than this: nothing to do
constexpr duration scarce = 30s;           // less: a call could outlive it
constexpr duration pause = 5s;             // between fetches that nobody waits for
constexpr duration first_rest = 1s;        // after a failure
constexpr duration longest_rest = 30s;     // after many
constexpr duration longest_wish = 1h;      // of a source that asks to be left alone
constexpr auto asleep = 60s;               // the wall clock has run ahead: the machine slept
constexpr auto for_ever = 24h * 365 * 10;  // a life that need not be measured

duration rest_after(int failures) {
  return std::min<duration>(longest_rest, first_rest * (1 << std::min(failures - 1, 5)));
}

// a wall-clock time as monotonic time; what is past is now
time_point monotonic(const std::optional<token_state::wall_time>& when, time_point now,
                     token_state::wall_time wall_now) {
  if (!when) return time_point::max();
  if (*when <= wall_now) return now;
  if (*when - for_ever >= wall_now) return time_point::max();
  return now + std::chrono::duration_cast<duration>(*when - wall_now);
}

}  // namespace

duration token_state::life_left(time_point now) const noexcept {
  return ends_ == time_point::max() ? duration::max() : ends_ - now;
}

token_state::step token_state::begin(bool forced) noexcept {
  fetching_ = true;
  forced_ = forced;
  return {answer::wait, true};
}

void token_state::saw(time_point now, wall_time wall_now) noexcept {
  if (!have_ || !fetched_at_ || ends_ == time_point::max()) return;
  if (wall_now - arrived_ < now - *fetched_at_ + asleep) return;
  ends_ = std::min(ends_, monotonic(token_.expires_at(), now, wall_now));
  fetched_at_ = now - pause;  // not lately, then
  arrived_ = wall_now - pause;
}

token_state::step token_state::ask(time_point now) {
  const duration life = life_left(now);
  if (usable()) {
    const bool just_fetched = fetched_at_ && now - *fetched_at_ < pause;
    const bool early = life > ample && now < refresh_from_;
    if (early || just_fetched) return {answer::serve, false};
    if (life >= scarce) {
      const bool resting = failures_ > 0 && now < std::max(rest_until_, failed_at_ + pause);
      const bool start = !fetching_ && !resting;
      if (start) begin(false);
      return {answer::serve, start};
    }
  }
  if (fetching_) return {answer::wait, false};
  if (now >= rest_until_) return begin(refused_);
  return {lives(now) ? answer::serve : answer::fail, false};
}

token_state::step token_state::ask_after_refusal(std::string_view refused, time_point now) {
  if (!have_ || token_.secret() != refused) return ask(now);
  const bool just_forced = forced_at_ && now - *forced_at_ < pause;
  if (!fetching_ && !refused_ && just_forced) return {answer::serve, false};
  refused_ = true;
  return ask(now);
}

token_state::answer token_state::after_fetch(time_point now) const {
  if (failures_ == 0) return usable() ? answer::serve : answer::wait;
  return lives(now) ? answer::serve : answer::fail;
}

void token_state::fetched(access_token token, time_point now, wall_time wall_now) {
  // a fetch that was under way before the refusal may bring the refused token once more
  refused_ = refused_ && !forced_ && token.secret() == token_.secret();
  if (forced_) forced_at_ = now;
  ends_ = monotonic(token.expires_at(), now, wall_now);
  refresh_from_ = monotonic(token.refresh_at(), now, wall_now);
  arrived_ = wall_now;
  token_ = std::move(token);
  have_ = true;
  fetching_ = false;
  fetched_at_ = now;
  failures_ = 0;
  rest_until_ = time_point::min();
}

void token_state::failed(token_result why, time_point now) {
  failure_ = std::move(why);
  fetching_ = false;
  ++failures_;
  failed_at_ = now;
  rest_until_ = now + std::max(rest_after(failures_), std::min(failure_.rest, longest_wish));
}

token_result token_state::failure(time_point now) const {
  token_result result = failure_;
  result.rest = rest_until_ > now ? rest_until_ - now : duration::zero();
  return result;
}

}  // namespace reroute::detail
