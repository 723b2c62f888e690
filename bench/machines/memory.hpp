// What a waiting call holds: every allocation counted.
#pragma once

#include <cstddef>
#include <map>

namespace bench {

enum class call_form { callback, coroutine };

struct call_memory {
  const char* form = "";
  double bytes = 0;        ///< per call, as the allocator hands them out, without the request
  double allocations = 0;  ///< per call
  double request_bytes = 0;
  std::map<std::size_t, double> sizes;  ///< how many of which size, per call
};

/// `calls` wait for a route that is closed.
[[nodiscard]] call_memory measure_memory(call_form form, std::size_t calls);

}  // namespace bench
