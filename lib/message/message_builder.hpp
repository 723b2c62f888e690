// A message from the events of its stream.
#pragma once

#include <reroute/message/message.hpp>
#include <reroute/message/stream_event.hpp>

#include <cstddef>
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
  /// Empty if the input of every tool use is JSON; else why it is not.
  [[nodiscard]] std::string_view complaint() const noexcept { return complaint_; }
  /// The message as far as it has come; an empty one before its beginning.
  [[nodiscard]] message build() const;

 private:
  struct block {
    std::string start;      // the block as it began: a JSON object
    std::string text;       // of a text
    std::string thinking;   // of a thinking block
    std::string signature;  // its last one
    std::string input;      // JSON text of a tool's input
    std::string citations;  // JSON values with commas between
  };
  [[nodiscard]] static std::string text_of(const block& from);
  void add_members(const stream_event& delta);

  std::string message_;  // a JSON object
  std::vector<block> blocks_;
  std::string_view complaint_;
};

}  // namespace reroute::detail
