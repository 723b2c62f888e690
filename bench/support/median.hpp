// The median of a few runs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bench {

/// Of an even number the mean of the two in the middle. Not of nothing.
template <class Value>
[[nodiscard]] Value median(std::vector<Value> values) {
  std::sort(values.begin(), values.end());
  const std::size_t at = values.size() / 2;
  return values.size() % 2 == 1 ? values[at] : (values[at - 1] + values[at]) / 2;
}

}  // namespace bench
