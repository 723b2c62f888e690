// Does a route fail, or only some of what is sent to it?
#include "traffic/fault_row.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::detail {
namespace {

constexpr std::size_t most = 64;    // attempts that tell the share
constexpr double by_chance = 1e-3;  // a row that is less likely is none of chance

}  // namespace

void fault_row::set(std::uint64_t number, bool fault) {
  auto place = newest_.end();
  while (place != newest_.begin() && std::prev(place)->number >= number)
    --place;
  if (place != newest_.end() && place->number == number) {
    place->fault = fault;
    return;
  }
  if (place == newest_.begin() && newest_.size() >= most) return;
  newest_.insert(place, {number, fault});
  if (newest_.size() > most) newest_.pop_front();
}

void fault_row::begin_after(std::uint64_t number) {
  after_ = std::max(after_, number);
  while (!newest_.empty() && newest_.back().fault)
    newest_.pop_back();
}

bool fault_row::down(std::size_t least) const {
  std::size_t row = 0, before = 0, faults = 0;
  auto each = newest_.rbegin();
  for (; each != newest_.rend() && each->fault && each->number > after_; ++each)
    ++row;
  for (; each != newest_.rend(); ++each, ++before)
    faults += each->fault ? 1 : 0;
  if (row < least) return false;
  if (faults == 0 || row == most) return true;
  const double share = static_cast<double>(faults) / static_cast<double>(before + 1);
  return std::pow(share, static_cast<double>(row)) < by_chance;
}

}  // namespace reroute::detail
