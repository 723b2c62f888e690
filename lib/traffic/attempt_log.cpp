// What was sent to one gate's route, and what became of it.
#include "traffic/attempt_log.hpp"

namespace reroute::detail {

double logged_attempt::cost(resource of) const {
  switch (of) {
    case resource::requests:
      return 1;
    case resource::input:
      return used_input >= 0 ? used_input : input;
    case resource::tokens:
      return cost(resource::input) + cost(resource::reserved);
    case resource::reserved:
      return used_output >= 0 ? used_output : reserved;
    case resource::generated:
      return used_output >= 0 ? used_output : likely;
  }
  return 1;
}

double logged_attempt::cost_at_first(resource of) const {
  if (of == resource::reserved) return reserved;
  if (of == resource::tokens) return cost(resource::input) + reserved;
  return of == resource::generated ? likely : cost(of);
}

logged_attempt& attempt_log::add(std::uint64_t number, const logged_attempt& what) {
  if (all_.empty()) first_ = number;
  all_.push_back(what);
  if (all_.size() > most) {
    all_.pop_front();
    ++first_;
  }
  return all_.back();
}

logged_attempt* attempt_log::find(std::uint64_t number) {
  if (number < first_ || number - first_ >= all_.size()) return nullptr;
  return &all_[static_cast<std::size_t>(number - first_)];
}

double attempt_log::mean_cost(resource of) const {
  double sum = 0;
  std::size_t count = 0;
  for (auto each = all_.rbegin(); each != all_.rend() && count < 20; ++each, ++count)
    sum += of == resource::generated ? each->cost(of) : each->cost_at_first(of);
  return count > 0 ? sum / static_cast<double>(count) : 1;
}

double attempt_log::taken_after(resource of, instant when) const {
  double sum = 0;
  for (auto each = all_.rbegin(); each != all_.rend() && each->sent > when; ++each)
    if (!each->took_nothing()) sum += each->cost(of);
  return sum;
}

std::size_t attempt_log::under_way_at(instant when) const {
  std::size_t count = 0;
  for (const logged_attempt& each : all_)
    count += each.sent < when && each.ended > when && !each.took_nothing() ? 1 : 0;
  return count;
}

double attempt_log::expected() const {
  double sum = 0;
  for (const logged_attempt& each : all_)
    if (each.ended == never && (each.is == fate::pending || each.is == fate::admitted))
      sum += each.likely;
  return sum;
}

}  // namespace reroute::detail
