// Wrong configuration: the text of the exception that it brings.
#pragma once

#include "tests/support/catch.hpp"

#include <stdexcept>
#include <string>

namespace reroute {

/// The text of the `std::invalid_argument` that `action` throws; fails if it throws none.
template <class Action>
std::string refused(Action&& action) {
  try {
    action();
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  FAIL("nothing was refused");
  return {};
}

}  // namespace reroute
