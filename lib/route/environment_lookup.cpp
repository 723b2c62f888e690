// The process's own environment.
#include <reroute/route/environment_lookup.hpp>

#include <cstdlib>

namespace reroute {

std::optional<std::string> process_environment(std::string_view name) {
  const char* const value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

}  // namespace reroute
