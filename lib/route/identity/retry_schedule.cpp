// When a metadata service is asked once more.
#include "route/identity/retry_schedule.hpp"

#include <algorithm>
#include <chrono>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;

constexpr int gone = 410;
constexpr int retries_of_gone = 7;
constexpr duration pause_of_gone = 10s;
constexpr int retries_of_imds = 4;
constexpr int retries_of_others = 3;
constexpr duration longest_hint = 1h;

bool of_imds(int status) {
  return status == 0 || status == 404 || status == 408 || status == gone || status == 429 ||
         status >= 500;
}

bool of_others(int status) {
  return status == 0 || status == 404 || status == 408 || status == 429 || status == 500 ||
         status == 503 || status == 504;
}

}  // namespace

std::optional<duration> retry_schedule::after(int status, duration hint) {
  const duration wish = std::min(hint, longest_hint);
  if (of_ == service::other) {
    if (!of_others(status) || retries_++ >= retries_of_others) return std::nullopt;
    return std::max<duration>(1s, wish);
  }
  if (!of_imds(status)) return std::nullopt;
  // an upgrade is counted by itself: it has its time whatever went wrong before
  if (status == gone) {
    if (retries_while_gone_++ >= retries_of_gone) return std::nullopt;
    return std::max(pause_of_gone, wish);
  }
  const int done = retries_++;
  if (done >= retries_of_imds) return std::nullopt;
  return std::max<duration>(2s * (1 << done), wish);
}

}  // namespace reroute::detail
