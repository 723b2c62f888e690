// All limits of one route for one model: what is told of them.
#include "traffic/route_limits.hpp"

namespace reroute::detail {

limit_evidence route_limits::evidence() const {
  const limit_book* const told = requests();
  return told ? told->evidence() : limit_evidence::none;
}

std::vector<limit_status> route_limits::known() const {
  std::vector<limit_status> all;
  for (const limit_book& each : books_)
    if (each.known) all.push_back(each.status());
  return all;
}

const limit_book* route_limits::requests() const {
  const limit_book* first = nullptr;
  for (const limit_book& each : books_)
    if (each.known && each.is.of == resource::requests &&
        (!first || each.is.per_second() < first->is.per_second()))
      first = &each;
  return first;
}

std::size_t route_limits::at_once() const {
  return at_once_ < never ? static_cast<std::size_t>(at_once_) : 0;
}

}  // namespace reroute::detail
