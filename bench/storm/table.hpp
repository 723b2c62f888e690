// The table on the terminal, and the rows as JSON.
#pragma once

#include "bench/storm/reports.hpp"

#include <boost/json/array.hpp>

#include <vector>

namespace storm {

/// Prints medians, a scenario's clients one below the other.
void print_header();
void print_row(const row& median, std::size_t seeds, bool first);

/// `{scenario, client, seed, goodput, drain, wasted, lost, violations, p50_s, p99_s, ideal_p99_s,
/// billed_twice}` of each row.
[[nodiscard]] boost::json::array to_json(const std::vector<row>& rows);

}  // namespace storm
