// All limits of one route for one model: whose refusal it is.
#include "traffic/route_limits.hpp"

#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

constexpr double estimated = 1.5;  // what a call takes of tokens may be more than was estimated

}  // namespace

// A refusal names a limit of which its own headers say that there is enough: they tell of another one.
void route_limits::disbelieve_headers(limited of) {
  const auto enough = [](const http::quota_bucket& told, double least) {
    return told.remaining && static_cast<double>(*told.remaining) >= least;
  };
  const auto tokens = [&](const http::quota_bucket& told) {
    return told.limit && enough(told, static_cast<double>(*told.limit) / 2 + 1000);
  };
  const bool lies = of == limited::requests        ? enough(last_limits_.requests, 1)
                    : of == limited::input_tokens  ? tokens(last_limits_.input_tokens)
                    : of == limited::output_tokens ? tokens(last_limits_.output_tokens)
                                                   : false;
  if (!lies) return;
  lied_ = static_cast<std::uint8_t>(lied_ | 1U << static_cast<unsigned>(of));
  for (limit_book& each : books_) {
    if (!each.headed || each.of != of) continue;
    each.headed = false;
    each.stale = true;
    each.known = each.told() > 0;
    each.size = each.is.size = never;
    each.is.kind = limit_kind::bucket;
    if (each.known) each.is.rate = each.told();
  }
}

limit_book& route_limits::free_book(limited of) {
  for (limit_book& each : books_)
    if (each.of == of && each.told_seconds <= 0 && !each.headed && each.stated <= 0) return each;
  return add_book(of);
}

limit_book* route_limits::named(const named_limit& what) {
  const auto tell = [&](limit_book& book) {
    book.told_count = what.count;
    book.told_seconds = what.seconds;
    return &book;
  };
  for (limit_book& each : books_)
    if (each.of == what.of && each.told_seconds == what.seconds &&
        std::abs(each.told_count - what.count) < 0.5)
      return &each;
  for (limit_book& each : books_)
    if (each.of == what.of && each.headed) return tell(each);
  // another number over the same time: the limit was changed
  for (limit_book& each : books_)
    if (each.of == what.of && each.told_seconds > 0 && each.told_seconds == what.seconds)
      return tell(each);
  return tell(free_book(what.of));
}

// whose refusal it is; null: nobody's that is known, such as a bad moment of the provider's
limit_book* route_limits::blamed(const logged_attempt& which, const heard_refusal& what) {
  if (what.named) return named(*what.named);
  for (limit_book& each : books_)
    if (each.known && each.told_seconds <= 0 && !each.headed) return &each;
  const auto lacks = [&](limited of, const http::quota_bucket& told, double half) -> limit_book* {
    if (!told.remaining) return nullptr;
    for (limit_book& each : books_)
      if (each.headed && each.of == of &&
          static_cast<double>(*told.remaining) <
              (half > 0 ? estimated : 1) * which.cost_at_first(each.is.of) + half)
        return &each;
    return nullptr;
  };
  if (limit_book* const by = lacks(limited::requests, last_limits_.requests, 0)) return by;
  if (limit_book* const by = lacks(limited::input_tokens, last_limits_.input_tokens, 500))
    return by;
  if (limit_book* const by = lacks(limited::output_tokens, last_limits_.output_tokens, 500))
    return by;
  if (limit_book* const by = lacks(limited::tokens, last_limits_.tokens, 500)) return by;
  // headers that tell of none: a bad moment; but not again and again
  for (const limit_book& each : books_)
    if (each.headed && !std::exchange(unexplained_, true)) return nullptr;
  return &free_book(limited::requests);
}

}  // namespace reroute::detail
