// The content of an answer in the form in which the API takes it back.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

/// The "content" of an answer, a JSON array, as a turn of the next request: to the letter but for what the API says and
/// does not take back. Without text blocks that hold no more than white space, thinking without its signature (it was
/// cut off), and thinking that ends the turn; without white space at the end of a text that ends it; with an object for
/// the input of a tool use that is none. Empty if nothing is left. Pure.
[[nodiscard]] std::string returned_content(std::string_view content);

}  // namespace reroute::detail
