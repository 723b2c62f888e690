// Plans check what they are made of.
#include <reroute/policy/plan.hpp>

#include <stdexcept>
#include <string>

namespace reroute {

plan::plan(kind type, int attempts) : attempts_(attempts), kind_(type) {
  if (attempts < 1 || attempts > 1000)
    throw std::invalid_argument("plan: attempts_per_route is " + std::to_string(attempts) +
                                "; it must be from 1 to 1000");
}

plan spill(int attempts_per_route) { return plan(plan::kind::spill, attempts_per_route); }

plan in_order(int attempts_per_route) { return plan(plan::kind::in_order, attempts_per_route); }

plan hedge(std::optional<std::chrono::milliseconds> after) {
  if (after && after->count() <= 0)
    throw std::invalid_argument("hedge: after is " + std::to_string(after->count()) +
                                " ms; it must be more than 0");
  plan made(plan::kind::hedge, 4);
  made.hedge_after_ = after.value_or(std::chrono::milliseconds(0));
  return made;
}

plan race() { return plan(plan::kind::race, 4); }

}  // namespace reroute
