// What many random storms come to: all together, and by what they are made of.
#pragma once

#include "bench/simulate/report.hpp"

#include <vector>

namespace bench {

/// How goodput is distributed, and its mean and worst for each tag, with what was wasted. Of at least one storm.
void print_summary(const std::vector<simulated>& all);

}  // namespace bench
