// Twenty of what? A duration says its unit.
// refused: no matching (member )?function|cannot convert|could not convert
#include <reroute/client/call_options.hpp>

#include <chrono>

reroute::call_options patient() {
#ifdef REROUTE_MISTAKE
  return reroute::call_options().deadline(20);
#else
  return reroute::call_options().deadline(std::chrono::seconds(20));
#endif
}
