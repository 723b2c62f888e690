// Plans check what they are made of.
#include <reroute/policy/plan.hpp>

#include <stdexcept>
#include <string>

namespace reroute {

plan::plan(kind type, int attempts) : kind_(type), attempts_(attempts) {
  if (attempts < 1 || attempts > 1000)
    throw std::invalid_argument("plan: attempts_per_route is " + std::to_string(attempts) +
                                "; it must be from 1 to 1000");
}

plan spill(int attempts_per_route) { return plan(plan::kind::spill, attempts_per_route); }

plan in_order(int attempts_per_route) { return plan(plan::kind::in_order, attempts_per_route); }

}  // namespace reroute
