// The bucket that a log contradicts least.
#include "traffic/limit_fit.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace reroute::detail {
namespace {

using kind = limit_event::kind;

constexpr double prior =
    0.03;  // per factor e: other than it was, other than a second's worth at once
constexpr double longest_gap = 30;  // seconds: nobody makes one wait longer for the next call
constexpr double as_good = 0.1;     // misfit that tells no difference
constexpr std::size_t most_measured = 24;
constexpr double rates_tried = 40;

struct candidate {
  double rate = 0, size = 0, misfit = never;
};

class search {
 public:
  search(const fit_question& of, const limit_events& events, resource what, double odd, instant now)
      : of_(of), events_(events), what_(what), odd_(odd), now_(now) {
    if (of.known && !of.was.window() && of.was.of == what) was_ = of.was.rate;
    measure();
  }
  [[nodiscard]] bool nothing() const { return rates_.empty(); }
  candidate best() {
    for (const double rate : rates_)
      tried_.push_back(best_size(std::max(rate, one_ / longest_gap)));
    std::sort(tried_.begin(), tried_.end(), by_misfit);
    const std::size_t starts = std::min<std::size_t>(3, tried_.size());
    for (std::size_t at = 0; at < starts; ++at)
      climb(tried_[at]);
    return *std::min_element(tried_.begin(), tried_.end(), by_misfit);
  }
  // the rates next to each other around the best that explain as much
  void valley(const candidate& best, fitted& into) {
    std::sort(tried_.begin(), tried_.end(),
              [](const candidate& one, const candidate& other) { return one.rate < other.rate; });
    into.lowest = into.highest = best.rate;
    const auto good = [&](const candidate& each) { return each.misfit <= best.misfit + as_good; };
    for (auto each = tried_.begin(); each != tried_.end(); ++each)
      if (each->rate > best.rate) {
        if (!good(*each)) break;
        into.highest = each->rate;
      }
    for (auto each = tried_.rbegin(); each != tried_.rend(); ++each)
      if (each->rate < best.rate) {
        if (!good(*each)) break;
        into.lowest = each->rate;
      }
  }

 private:
  static bool by_misfit(const candidate& one, const candidate& other) {
    return one.misfit < other.misfit;
  }
  // what was let through from one refusal to the next, with and without the longest pause; the last gap before it;
  // what was told and believed; and a grid over all of it
  void measure() {
    if (std::none_of(events_.all.begin(), events_.all.end(), [](const limit_event& e) {
          return e.what == kind::taken || e.what == kind::perhaps;
        }))
      return;
    double passed = 0, pause = 0;
    instant from = events_.all.front().at, before = from, last = -1;
    bool row = false;
    for (const limit_event& e : events_.all) {
      pause = std::max(pause, e.at - before);
      before = e.at;
      if (e.what == kind::given) {
        passed -= e.cost;
      } else if (e.what != kind::refused) {
        passed += e.cost;
        row = false;
        last = e.at;
      } else {
        one_ = std::max(e.cost, 1e-9);
        if (!row) {
          const double lasted = e.at - from;
          if (passed >= one_ && lasted > 0.02)
            for (const double idle : {0.0, pause / 2, pause})
              rates_.push_back(passed / std::max(lasted - idle, 0.02));
          if (last >= 0 && e.at - last > 0.005) rates_.push_back(one_ / (e.at - last));
          from = e.at;
          passed = pause = 0;
        }
        row = true;
      }
    }
    if (rates_.size() > most_measured)
      rates_.erase(rates_.begin(), rates_.end() - static_cast<std::ptrdiff_t>(most_measured));
    if (of_.told > 0) rates_.push_back(of_.told);
    if (was_ > 0) rates_.push_back(was_);
    if (rates_.empty()) return;
    const auto [least, most] = std::minmax_element(rates_.begin(), rates_.end());
    const double low = *least / 1.5, high = *most * 1.5;
    const double step = std::max(1.06, std::pow(high / low, 1 / rates_tried));
    for (double rate = low; rate < high; rate *= step)
      rates_.push_back(rate);
  }
  double misfit(double rate, double size) const {
    limit made;
    made.of = what_;
    made.rate = rate;
    made.size = size;
    double sum =
        odd_ + replay(std::move(made), events_, now_, rate == of_.told ? told_early : 1).misfit;
    if (of_.told > 0) sum += std::min(leaving_told, 10 * std::abs(std::log(rate / of_.told)));
    sum += prior * std::abs(std::log(size / std::max(rate, one_)));
    if (was_ <= 0) return sum;
    sum += prior * std::abs(std::log(rate / was_));
    // quotas change as a whole
    if (of_.was_size < never) sum += prior * std::abs(std::log(size / of_.was_size * was_ / rate));
    return sum;
  }
  candidate best_size(double rate) const {
    candidate best{rate, 0, never};
    const auto look_at = [&](double size) {
      size = std::max(size, one_);
      const double sum = misfit(rate, size);
      if (sum >= best.misfit - 1e-9) return;
      best.size = size;
      best.misfit = sum;
    };
    look_at(one_);
    if (was_ > 0 && of_.was_size < never) look_at(of_.was_size);
    look_at(rate);
    for (double size = backlog(events_, rate); size > one_; size /= 1.6)
      look_at(size);
    for (const double step : {1.25, 1.1, 1.03})
      for (const double way : {step, 1 / step})
        look_at(best.size * way);
    return best;
  }
  void climb(candidate from) {
    for (const double step : {1.03, 1.01})
      for (int more = 0; more < 4; ++more) {
        const candidate up = best_size(from.rate * step), down = best_size(from.rate / step);
        tried_.push_back(up);
        tried_.push_back(down);
        const candidate& next = up.misfit < down.misfit ? up : down;
        if (next.misfit >= from.misfit - 1e-9) break;
        from = next;
      }
  }

  const fit_question& of_;
  const limit_events& events_;
  resource what_;
  double odd_;
  instant now_;
  double was_ = 0, one_ = 1;
  std::vector<double> rates_;
  std::vector<candidate> tried_;
};

}  // namespace

void fit_bucket(const fit_question& of, const limit_events& events, resource what, double odd,
                instant now, fitted& best) {
  search buckets(of, events, what, odd, now);
  if (buckets.nothing()) return;
  const candidate top = buckets.best();
  if (top.misfit >= best.misfit) return;
  best = {};
  best.misfit = top.misfit;
  best.is.of = what;
  best.is.rate = top.rate;
  best.is.size = top.size;
  buckets.valley(top, best);
}

}  // namespace reroute::detail
