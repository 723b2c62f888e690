// When metadata services are asked again: the tables, row by row.
#include "route/identity/retry_schedule.hpp"

#include "tests/support/catch.hpp"

#include <chrono>
#include <vector>

using namespace std::chrono_literals;
using reroute::duration;
using reroute::detail::retry_schedule;

namespace {

// the waits after this answer, again and again
std::vector<int> waits(retry_schedule::service of, int status, duration hint = 0s) {
  retry_schedule schedule(of);
  std::vector<int> all;
  while (const auto wait = schedule.after(status, hint)) {
    all.push_back(static_cast<int>(*wait / 1s));
    if (all.size() > 20) break;
  }
  return all;
}

}  // namespace

TEST_CASE("IMDS is asked at 0, 2, 6, 14 and 30 s, and for 70 s while it is gone") {
  constexpr auto imds = retry_schedule::service::imds;
  const std::vector<int> table = {2, 4, 8, 16};
  for (const int status : {0, 404, 408, 429, 500, 502, 503, 504, 599})
    CHECK(waits(imds, status) == table);
  CHECK(waits(imds, 410) == std::vector<int>(7, 10));
  for (const int status : {200, 301, 400, 401, 403, 405, 409})
    CHECK(waits(imds, status).empty());
  CHECK(waits(imds, 429, 5s) == std::vector<int>{5, 5, 8, 16});
  CHECK(waits(imds, 429, 600s) == std::vector<int>(4, 600));
  // an upgrade has 70 s of its own, whatever came before, and leaves the rest theirs
  retry_schedule mixed(imds);
  for (const auto wait : {2s, 4s, 8s, 16s})
    CHECK(mixed.after(404) == wait);
  for (int i = 0; i < 7; ++i)
    CHECK(mixed.after(410) == 10s);
  CHECK(mixed.after(410) == std::nullopt);
  retry_schedule turned(imds);
  CHECK(turned.after(410) == 10s);
  CHECK(turned.after(410) == 10s);
  CHECK(turned.after(500) == 2s);
  CHECK(turned.after(410) == 10s);
  CHECK(turned.after(503) == 4s);
  CHECK(turned.after(400) == std::nullopt);
}

TEST_CASE("other services are asked three times more, a second apart or as they ask") {
  constexpr auto other = retry_schedule::service::other;
  for (const int status : {0, 404, 408, 429, 500, 503, 504})
    CHECK(waits(other, status) == std::vector<int>(3, 1));
  for (const int status : {400, 401, 410, 501, 502})
    CHECK(waits(other, status).empty());
  CHECK(waits(other, 503, 7s) == std::vector<int>(3, 7));
}
