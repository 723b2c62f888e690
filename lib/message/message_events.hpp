// A message that came whole as the events of its stream: for who asked for a stream and got an answer in one piece.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

/// `message` is the JSON text of an answer. The text of an event stream that adds up to it, as the Messages API would
/// have sent it: text, thinking, signatures, citations and the input of tools as deltas, everything else in the
/// start of its block. Numbers and names stay to the letter. Pure.
[[nodiscard]] std::string message_events(std::string_view message);

}  // namespace reroute::detail
