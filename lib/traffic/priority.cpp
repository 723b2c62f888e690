// Names of priorities.
#include <reroute/traffic/priority.hpp>

#include <ostream>

namespace reroute {

std::string_view to_string(priority value) noexcept {
  switch (value) {
    case priority::interactive:
      return "interactive";
    case priority::normal:
      return "normal";
    case priority::batch:
      return "batch";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, priority value) { return out << to_string(value); }

}  // namespace reroute
