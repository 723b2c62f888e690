// JSON text that broke off: the longest beginning of it that can be read.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace reroute::detail {

/// `text` up to the end of its last whole value, with what is open closed: `{"a":[1,2` gives
/// `{"a":[1]}`, because the 2 may go on. Nothing if no object begins in it, or if it is no JSON up to
/// there.
[[nodiscard]] std::optional<std::string> completed_json(std::string_view text);

}  // namespace reroute::detail
