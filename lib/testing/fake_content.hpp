// The content of a fake's answer: blocks, which come whole in a message, or in the events of a stream. Pure.
#pragma once

#include <reroute/http/message.hpp>

#include <boost/json/array.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::testing {

/// What an answer holds, and whom it is for.
struct fake_content {
  boost::json::array blocks = {};
  std::string model = {};
  std::size_t input_tokens = 0;

  /// "tool_use" if a block asks for a tool, else "end_turn".
  [[nodiscard]] std::string_view stop_reason() const;
  /// Four bytes of text a token, as everywhere here.
  [[nodiscard]] std::size_t output_tokens() const;
};

/// One block of text.
[[nodiscard]] boost::json::array text_block(std::string_view text);
/// A JSON array of objects with a "type"; nothing if `json` is something else.
[[nodiscard]] std::optional<boost::json::array> read_blocks(std::string_view json);

/// 200 with the message.
[[nodiscard]] http::response whole_answer(const fake_content& of);
/// 200 with its events; text and tool inputs in deltas of at most `piece` bytes, 0: in one.
[[nodiscard]] http::response streamed(const fake_content& of, std::size_t piece);

}  // namespace reroute::testing
