// The plans that scenarios name.
#pragma once

#include <reroute/policy/plan.hpp>
#include <reroute/testing/scenario.hpp>

#include <stdexcept>

namespace reroute::testing {

/// Throws `std::invalid_argument` for a plan that does not exist.
[[nodiscard]] inline plan plan_of(const scenario& what) {
  if (what.plan == "spill") return spill();
  if (what.plan == "in_order") return in_order();
  throw std::invalid_argument("scenario.plan is \"" + what.plan +
                              "\", which does not exist yet; give spill or in_order");
}

}  // namespace reroute::testing
