// The fake's log, for people.
#include <reroute/testing/fake_log.hpp>

#include <algorithm>
#include <ostream>

namespace reroute::testing {

std::size_t fake_log::peak() const noexcept {
  std::size_t most = 0;
  for (const auto& [slot, count] : timeline)
    most = std::max(most, count.admitted + count.refused);
  return most;
}

std::ostream& operator<<(std::ostream& out, const fake_log& log) {
  out << log.requests << " requests on " << log.connections << " connections: " << log.admitted
      << " admitted (" << log.answered << " answered, " << log.abandoned << " abandoned), "
      << log.refused << " refused, " << log.unauthorized << " unauthorized, " << log.rejected
      << " rejected, " << log.faulted << " faulted; " << log.into_closed_window
      << " into a closed window; at most " << log.max_concurrent << " at once;";
  for (const auto& [status, count] : log.by_status)
    out << ' ' << status << ": " << count;
  return out;
}

}  // namespace reroute::testing
