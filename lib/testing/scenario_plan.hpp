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
  if (what.plan == "hedge") return hedge();
  if (what.plan == "race") return race();
  throw std::invalid_argument("scenario.plan is \"" + what.plan +
                              "\"; give spill, in_order, hedge or race");
}

}  // namespace reroute::testing
