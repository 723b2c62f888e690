// The scenarios to simulate: from files, or a few built-in ones.
#pragma once

#include <reroute/testing/scenario.hpp>

#include <string>
#include <vector>

namespace bench {

/// Those of the files in their order; the built-in ones without any.
[[nodiscard]] std::vector<reroute::testing::scenario> scenarios_of(
    const std::vector<std::string>& files);

}  // namespace bench
