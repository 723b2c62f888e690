// A message from the events of its stream.
#pragma once

#include <reroute/message/message.hpp>
#include <reroute/message/stream_event.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::detail {

/// Accumulates as the official SDKs do: text, thinking and tool input are appended, signatures
/// replaced, citations collected, usage overwritten by what is not null. On JSON text, so that what
/// the provider wrote stays as it is to the letter. Events come in the order of `event_order`. Pure.
class message_builder {
 public:
  void add(const stream_event& next);
  /// The message as far as it has come, an empty one before its beginning. Nothing, with the reason in
  /// `why`, if what came makes none: the input of a tool use is no JSON, say (which block, and where).
  [[nodiscard]] std::optional<message> build(std::string* why = nullptr) const;
  /// The same, whatever came. An input that is no JSON is kept as a JSON string (`content_block::unparsed_input`);
  /// only a block that is nested too deep is left out.
  [[nodiscard]] message salvage() const;

 private:
  struct block {
    explicit block(std::string_view json);
    std::string start;      // the block as it began: a JSON object
    std::string kind;       // its type
    std::string text;       // of a text
    std::string thinking;   // of a thinking block
    std::string signature;  // its last one
    std::string input;      // JSON text of a tool's input
    std::string citations;  // JSON values with commas between
  };
  // JSON; `why` its input is a string instead of an object
  [[nodiscard]] static std::string text_of(const block& from, std::string& why);
  // of all blocks; `why` the first that has such an input
  [[nodiscard]] std::vector<std::string> texts(std::string& why) const;
  void add_members(const stream_event& delta);
  void add_delta(block& of, const stream_event& delta);

  std::string message_;  // a JSON object
  std::vector<block> blocks_;
};

}  // namespace reroute::detail
