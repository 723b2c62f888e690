// One limit of a fake route in time.
#include "testing/limit.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::testing {
namespace {

// a client that comes to the nanosecond must not fail on the last bit of a double
constexpr double last_bit = 1e-7;

double full_size(const limit_rule& rule) {
  if (rule.kind == limit_kind::bucket) return rule.burst > 0 ? rule.burst : rule.amount;
  if (rule.kind == limit_kind::gcra) return rule.burst > 0 ? rule.burst : 1;
  return rule.amount;
}

}  // namespace

limit::limit(const limit_rule& rule, nanoseconds wall)
    : rule_(rule), wall_(wall), size_(full_size(rule)) {
  if (rule_.kind == limit_kind::aligned) begin_window();
}

bool limit::fills() const {
  return rule_.kind == limit_kind::bucket || rule_.kind == limit_kind::gcra;
}

bool limit::has_windows() const {
  return rule_.kind == limit_kind::window || rule_.kind == limit_kind::aligned;
}

double limit::per_second() const {
  if (rule_.kind == limit_kind::at_once) return 0;
  return rule_.amount * factor_ / std::chrono::duration<double>(rule_.per).count();
}

void limit::begin_window() {
  begin_ = now_;
  under_way_ = true;
  if (rule_.kind != limit_kind::aligned) return;
  const nanoseconds length = rule_.per;
  nanoseconds into = (wall_ - rule_.phase + now_) % length;
  if (into.count() < 0) into += length;
  begin_ -= into;
}

void limit::advance(nanoseconds now) {
  const std::chrono::duration<double> passed = now - now_;
  now_ = now;
  if (fills()) used_ = std::max(0.0, used_ - passed.count() * per_second());
  while (has_windows() && under_way_ && now_ - begin_ >= rule_.per) {
    // those who are owed come at the very moment at which the next one can begin
    begin_ += rule_.per;
    used_ = std::min(owed_, size_);
    owed_ -= used_;
    ++serial_;
    if (used_ > 0) continue;
    under_way_ = false;
    if (rule_.kind == limit_kind::aligned) begin_window();
  }
  while (!entries_.empty() && now_ - entries_.front().at >= rule_.per) {
    used_ -= entries_.front().amount;
    entries_.pop_front();
    if (entries_.empty()) used_ = 0;  // what is left of a double
  }
}

limit::nanoseconds limit::wait(double amount) const {
  double missing = used_ + std::min(amount, size_) - size_;
  if (missing <= last_bit) return nanoseconds(0);
  if (rule_.kind == limit_kind::at_once) return unknown_wait;
  if (has_windows()) return begin_ + rule_.per - now_;
  if (fills()) {
    const std::chrono::duration<double> wait(missing / per_second());
    return std::max<nanoseconds>(std::chrono::ceil<std::chrono::microseconds>(wait),
                                 nanoseconds(1));
  }
  for (const entry& each : entries_) {
    missing -= each.amount;
    if (missing <= last_bit) return each.at + rule_.per - now_;
  }
  return rule_.per;
}

std::uint64_t limit::take(double amount) {
  if (rule_.kind == limit_kind::window && !under_way_) begin_window();
  used_ += amount;
  if (rule_.kind != limit_kind::sliding) return serial_;
  entries_.push_back({now_, amount});
  return serial_++;
}

void limit::give_back(std::uint64_t ticket, double amount) {
  if (has_windows() && ticket != serial_) return;
  if (rule_.kind == limit_kind::sliding) {
    const std::uint64_t first = serial_ - entries_.size();
    if (ticket < first) return;
    entries_[static_cast<std::size_t>(ticket - first)].amount -= amount;
  }
  used_ = std::max(0.0, used_ - amount);
}

void limit::take_for_others(double amount) {
  if (rule_.kind == limit_kind::at_once) return;  // nobody says for how long
  if (has_windows() && wait(amount).count() > 0) {
    owed_ += amount;
  } else {
    take(amount);
  }
}

void limit::scale(double factor) {
  const double level = size_ - used_;  // below zero: somebody is owed
  factor_ = factor;
  const bool counts = rule_.of == limit_unit::requests;
  size_ = std::max(counts ? 1.0 : 0.0, full_size(rule_) * factor);
  if (counts && !fills()) size_ = std::floor(size_ + 1e-9);
  if (fills()) used_ = size_ - std::min(level, size_);
}

void limit::use_up(double share, nanoseconds ago) {
  if (share <= 0 || rule_.kind == limit_kind::at_once) return;
  const nanoseconds now = now_;
  if (rule_.kind != limit_kind::aligned) now_ -= ago;  // its windows begin when they begin
  take(size_ * share);
  advance(now);
}

limit::nanoseconds limit::until_full() const {
  if (rule_.kind == limit_kind::at_once || used_ <= 0) return nanoseconds(0);
  if (rule_.kind == limit_kind::sliding) return entries_.back().at + rule_.per - now_;
  return has_windows() ? begin_ + rule_.per - now_ : wait(size_);
}

}  // namespace reroute::testing
