// The rules of token refresh.
#include "route/token_state.hpp"

#include <algorithm>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;

constexpr auto fresh_enough = 120s;
constexpr auto too_old = 30s;
constexpr auto background_pause = 5s;
constexpr int most_doublings = 5;

std::chrono::seconds pause_after(int failures) {
  return std::min(30s, 1s * (1 << std::min(failures - 1, most_doublings)));
}

}  // namespace

token_state::advice token_state::ask(steady now, wall wall_now) const {
  const bool ends = have_ && token_.expires_at().has_value();
  if (have_ && (!ends || *token_.expires_at() - wall_now > fresh_enough)) return advice::serve;
  if (have_ && *token_.expires_at() - wall_now >= too_old) {
    const bool resting = failures_ > 0 && now - failed_at_ < background_pause;
    return refreshing_ || resting ? advice::serve : advice::serve_and_refresh;
  }
  if (refreshing_) return advice::wait;
  if (failures_ > 0 && now - failed_at_ < pause_after(failures_)) return advice::fail;
  return advice::wait;
}

token_state::advice token_state::ask_after_refusal(std::string_view refused, steady now,
                                                   wall wall_now) {
  if (have_ && token_.secret() != refused) return ask(now, wall_now);
  have_ = false;  // nobody else should be sent away with it
  return ask(now, wall_now);
}

void token_state::succeeded(access_token token) {
  token_ = std::move(token);
  have_ = true;
  refreshing_ = false;
  failures_ = 0;
}

void token_state::failed(steady now) {
  refreshing_ = false;
  ++failures_;
  failed_at_ = now;
}

}  // namespace reroute::detail
