// All limits of one route for one model: what headers tell of them.
#include "traffic/route_limits.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace reroute::detail {
namespace {

constexpr double rounded_tokens = 500;  // tokens are told in thousands
constexpr double rounded_dates = 2;     // seconds
constexpr double longest_way = 0.06;    // seconds there and back, at most, until better is known
constexpr double little_gone = 0.02;    // of a limit: less tells no rate
constexpr double enough_between = 8;    // calls between two readings that tell a rate
constexpr double between_readings = 1;  // seconds
constexpr double others_took = 3000;    // answer tokens
constexpr double faded = 0.9;           // of how wrong a reading was, with each newer one

// The rates that a reset allows: what is gone is there again so soon, up to two seconds too late (two dates in whole
// seconds); or later, by the time that the answer took, where it was written at the admission and its date at the end.
void learn_rate(limit_book& book, double told, double gone, double half, double full_in,
                double took, instant now) {
  const double minute = told / 60, low = (gone - half) / (full_in + took),
               high = full_in > rounded_dates ? (gone + half) / (full_in - rounded_dates) : never;
  const double spoken = book.spoken();
  book.longest_reset = std::max(book.longest_reset, full_in);
  book.head_lowest = std::max(book.head_lowest, low);
  book.head_highest = std::min(book.head_highest, high);
  // no bucket is full again so late
  if (book.of == limited::requests && !book.is.window() && book.head_lowest > 1.1 * high)
    book.is.kind = limit_kind::first;
  if (book.head_highest < 0.95 * book.head_lowest) {
    book.head_lowest = low;
    book.head_highest = high;
  }
  const bool fits = book.head_highest < never && minute >= book.head_lowest * 0.98 &&
                    minute <= book.head_highest * 1.02;
  book.is.rate =
      spoken > 0 ? spoken
      : fits     ? minute
      : book.head_highest < never
          ? std::max(book.head_lowest, std::min(book.head_highest, book.head_lowest * 1.05))
          : book.head_lowest;
  if (!book.is.window()) return;
  book.is.length = spoken > 0 ? told / spoken : book.longest_reset;
  book.is.ends = now > book.is.ends ? now + full_in : std::min(book.is.ends, now + full_in);
}

// So much came in per second from one reading to another.
void at_least(limit_book& book, double came) {
  if (came <= book.is.rate || book.is.window() || book.spoken() > 0) return;
  book.head_lowest = std::max(book.head_lowest, std::min(came, book.head_highest));
  book.is.rate = std::min(came, book.head_highest);
}

}  // namespace

void route_limits::read(std::uint64_t number, const http::rate_limits& limits, bool refusal,
                        instant now) {
  last_limits_ = limits;
  headers_of_ = number;
  logged_attempt* const which = log_.find(number);
  if (!which) return;
  settle(now);
  read_one(*which, limited::requests, limits.requests, refusal, now);
  read_one(*which, limited::input_tokens, limits.input_tokens, refusal, now);
  read_one(*which, limited::output_tokens, limits.output_tokens, refusal, now);
  // of both together only what is told of neither alone
  if (!limits.input_tokens.limit && !limits.output_tokens.limit)
    read_one(*which, limited::tokens, limits.tokens, refusal, now);
  for (const limit_book& each : books_)
    if (each.headed && each.answer_error <= each.admission_error) which->settled = !refusal;
}

limit_book& route_limits::headed_book(limited of, double told, instant now) {
  limit_book* book = nullptr;
  for (limit_book& each : books_)
    if (each.headed && each.of == of) book = &each;
  if (!book) {
    for (limit_book& each : books_)
      if (each.of == of && (!book || each.stated <= 0)) book = &each;
    if (!book) book = &add_book(of);
    book->headed = book->known = true;
    book->ahead = 0;
    book->rounded = of != limited::requests;
    book->is.kind = limit_kind::bucket;
    if (of == limited::output_tokens) book->is.of = resource::generated;
    book->is.rate = book->told() > 0 ? book->told() : told / 60;
    book->is.left = never;
    book->is.at = now;
  }
  if (book->is.size != told) {
    book->is.size = book->size = told;
    book->head_lowest = 0;
    book->head_highest = never;
  }
  return *book;
}

// A reading is true as of the moment when it was written: at the admission, or when the answer had ended. Both are kept, and
// what follows from one reading for the next one tells which it is.
void route_limits::read_one(const logged_attempt& which, limited of, const http::quota_bucket& told,
                            bool refusal, instant now) {
  const auto bit = static_cast<std::uint8_t>(1U << static_cast<unsigned>(of));
  if (!told.limit || !told.remaining || *told.limit <= 0 || (lied_ & bit) != 0) return;
  const auto limit_told = static_cast<double>(*told.limit),
             left = static_cast<double>(*told.remaining);
  const double gone = limit_told - left;
  const double full_in = told.reset ? std::chrono::duration<double>(*told.reset).count() : 0;
  limit_book& book = headed_book(of, limit_told, now);
  book.rounded = book.rounded && *told.remaining % 1000 == 0;
  const double half = book.rounded ? rounded_tokens : 0;
  if (gone > little_gone * limit_told && full_in > 0)
    learn_rate(book, limit_told, gone, half, full_in, refusal ? 0 : now - which.sent, now);
  // more than all answers so far
  if (book.is.of == resource::generated &&
      gone > 1.2 * generated_ + std::min(others_took, limit_told / 2))
    book.is.of = resource::reserved;
  book.highest = book.is.rate;

  const double way = std::min(round_trip_, longest_way) / 2;
  const instant answer = refusal ? which.sent : now - 2 * way, admission = which.sent;
  if (!refusal && of == limited::requests) {
    const double by_answer =
        follow(book.by_answer, book, limit_told, left, answer, book.answer_error);
    const double by_admission =
        follow(book.by_admission, book, limit_told, left, admission, book.admission_error);
    at_least(book, book.answer_error <= book.admission_error ? by_answer : by_admission);
  }
  bool at_answer = true;
  for (const limit_book& each : books_)
    if (each.headed && each.of == limited::requests)
      at_answer = each.answer_error <= each.admission_error;
  const instant ref = at_answer ? answer : admission;
  if (of == limited::output_tokens && !refusal)
    at_least(book, output_came(book, limit_told, left, ref));
  if (ref + way >= book.refused_at && ref + way >= book.read_at)
    clamp(book, left, half, ref, ref + way, now);
}

// What came in from that reading to this one, per second; 0: too little happened. `error`: how wrong that one was.
double route_limits::follow(limit_book::reading& one, const limit_book& of, double told,
                            double left, instant ref, double& error) const {
  if (one.at < 0) one = {ref, left};
  if (ref <= one.at) return 0;
  double took = 0;
  for (std::size_t place = log_.size(); place > 0; --place) {
    const logged_attempt& each = log_.at(place - 1);
    if (each.sent <= one.at) break;
    if (each.sent <= ref && !each.took_nothing()) took += each.cost(of.is.of);
  }
  const double expected = std::min(told, one.left - took + of.is.comes_in(ref - one.at));
  error = error * faded + std::abs(left - expected) / std::max(log_.mean_cost(of.is.of), 1e-9);
  const double came = (left - one.left + took - 1) / (ref - one.at);
  const bool tells = took >= enough_between && ref > one.at + 0.5;
  if (tells || ref > one.at + 3) one = {ref, left};
  return tells && left < 0.95 * told ? came : 0;
}

// What came in per second, at least. Answer tokens are taken at the admission, and given back at the end; or taken at the end.
double route_limits::output_came(limit_book& of, double told, double left, instant ref) const {
  limit_book::reading& one = of.by_answer;
  if (one.at < 0) one = {ref, left};
  if (ref < one.at + between_readings) return 0;
  const limit_book::reading before = std::exchange(one, {ref, left});
  if (std::max(left, before.left) >= 0.95 * told) return 0;  // what came in overflowed
  double took = 0;
  for (std::size_t place = log_.size(); place > 0; --place) {
    const logged_attempt& each = log_.at(place - 1);
    if (each.took_nothing()) continue;
    const bool sent_since = each.sent > before.at && each.sent <= ref;
    const bool ended_since = each.used_output >= 0 && each.ended > before.at && each.ended <= ref;
    if (of.is.of == resource::reserved)
      took +=
          (sent_since ? each.reserved : 0) - (ended_since ? each.reserved - each.used_output : 0);
    else
      took += ended_since ? each.used_output : 0;
  }
  const double rounding = of.rounded ? rounded_tokens : 0;
  return (left - before.left + took - 2 * log_.mean_cost(of.is.of) - rounding) / (ref - before.at);
}

// What was sent before `ref` is in the reading, and what was given back before `as_of`, but for what overtook.
void route_limits::clamp(limit_book& to, double left, double half, instant ref, instant as_of,
                         instant now) {
  to.read_at = as_of;
  to.is.advance(now);
  double most = 0, least = 0;  // taken since
  if (to.is.of == resource::generated) most = least = log_.expected();
  for (std::size_t place = log_.size(); place > 0; --place) {
    const logged_attempt& each = log_.at(place - 1);
    if (each.sent <= ref - overtaking && each.ended <= as_of - overtaking) break;
    if (each.took_nothing()) continue;
    if (to.is.of == resource::generated) {
      if (each.used_output < 0 || each.ended <= as_of - 2 * overtaking) continue;
      most += each.used_output;
      least += each.ended > as_of + overtaking ? each.used_output : 0;
      continue;
    }
    const double cost = each.cost(to.is.of);
    if (each.sent > ref - overtaking) most += cost;
    if (each.sent > ref + overtaking) {
      least += cost;
    } else if ((to.is.of == resource::reserved || to.is.of == resource::tokens) &&
               each.used_output >= 0 && each.ended > as_of + overtaking) {
      most -= each.reserved - each.used_output;
      least -= each.reserved - each.used_output;
    }
  }
  const double came = to.is.comes_in(now - as_of);
  const double low = left - half + came - most, high = left + half + came - least;
  to.is.left = std::min(to.is.size, std::clamp(to.is.left, low, std::max(high, low)));
}

}  // namespace reroute::detail
