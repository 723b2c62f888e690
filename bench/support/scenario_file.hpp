// Storms as JSON files: the members of `scenario`, times as seconds.
#pragma once

#include <reroute/testing/scenario.hpp>

#include <filesystem>
#include <vector>

namespace bench {

/// Reads a file that holds one scenario or an array of them. Throws `std::runtime_error` that names
/// the file, and the key: what cannot be read, is of the wrong type, or is not known.
[[nodiscard]] std::vector<reroute::testing::scenario> read_scenarios(
    const std::filesystem::path& file);

}  // namespace bench
