// A streamed answer, event by event: what a route sends behind "stream": true.
#pragma once

#include <reroute/http/message.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::testing {

/// The text of an event stream as the Messages API writes it. Blocks are numbered by themselves:
///
///     streamed_answer().start().text("Hello, world", 5).stop().response()
///
/// A class, not an aggregate: it may stand inside a `co_await`.
class streamed_answer {
 public:
  streamed_answer() = default;

  /// message_start.
  streamed_answer& start(std::string_view model = "claude", std::size_t input_tokens = 10) &;
  streamed_answer&& start(std::string_view model = "claude", std::size_t input_tokens = 10) && {
    return std::move(start(model, input_tokens));
  }
  /// A block of text, in deltas of at most so many bytes (0: in one). Letters are not cut.
  streamed_answer& text(std::string_view text, std::size_t piece = 0) &;
  streamed_answer&& text(std::string_view words, std::size_t piece = 0) && {
    return std::move(text(words, piece));
  }
  /// A block of thinking with its signature.
  streamed_answer& thinking(std::string_view thought, std::string_view signature) &;
  streamed_answer&& thinking(std::string_view thought, std::string_view signature) && {
    return std::move(thinking(thought, signature));
  }
  /// A tool use; `input` is JSON text, cut anywhere into deltas of at most so many bytes.
  streamed_answer& tool_use(std::string_view id, std::string_view name, std::string_view input,
                            std::size_t piece = 0) &;
  streamed_answer&& tool_use(std::string_view id, std::string_view name, std::string_view input,
                             std::size_t piece = 0) && {
    return std::move(tool_use(id, name, input, piece));
  }
  /// A block of text with one citation.
  streamed_answer& cited(std::string_view text, std::string_view source) &;
  streamed_answer&& cited(std::string_view text, std::string_view source) && {
    return std::move(cited(text, source));
  }
  /// A block that comes whole in its start; JSON text.
  streamed_answer& block(std::string_view json) &;
  streamed_answer&& block(std::string_view json) && { return std::move(block(json)); }
  /// A block of text that begins with these words, and does not end.
  streamed_answer& unfinished(std::string_view text) &;
  streamed_answer&& unfinished(std::string_view text) && { return std::move(unfinished(text)); }

  streamed_answer& ping() & { return event("ping", R"({"type":"ping"})"); }
  streamed_answer&& ping() && { return std::move(ping()); }
  /// An error in Anthropic's envelope.
  streamed_answer& error(std::string_view type, std::string_view message = "A scripted error") &;
  streamed_answer&& error(std::string_view type, std::string_view message = "A scripted error") && {
    return std::move(error(type, message));
  }
  /// message_delta and message_stop.
  streamed_answer& stop(std::string_view reason = "end_turn", std::size_t output_tokens = 20) &;
  streamed_answer&& stop(std::string_view reason = "end_turn", std::size_t output_tokens = 20) && {
    return std::move(stop(reason, output_tokens));
  }
  /// Any event; `data` of several lines becomes several data fields.
  streamed_answer& event(std::string_view name, std::string_view data) &;
  streamed_answer&& event(std::string_view name, std::string_view data) && {
    return std::move(event(name, data));
  }
  /// Bytes as they are.
  streamed_answer& raw(std::string_view bytes) & {
    text_ += bytes;
    return *this;
  }
  streamed_answer&& raw(std::string_view bytes) && { return std::move(raw(bytes)); }

  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  /// 200 with all of it as text/event-stream.
  [[nodiscard]] http::response response() const;

 private:
  void begin_block(std::string_view json);
  void delta(std::string_view json);
  void end_block();

  std::string text_;
  std::size_t index_ = 0;
};

}  // namespace reroute::testing
