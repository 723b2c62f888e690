// Where environment variables are looked up: the process's own, or a test's.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace reroute {

/// Looks a variable up; nothing if it is not set. Where one is an option, an empty function means
/// `process_environment`. White space around a value is not part of it, wherever one is read.
using environment_lookup = std::function<std::optional<std::string>(std::string_view name)>;

/// Looks up with `std::getenv`: no other thread may change the environment meanwhile.
[[nodiscard]] std::optional<std::string> process_environment(std::string_view name);

}  // namespace reroute
