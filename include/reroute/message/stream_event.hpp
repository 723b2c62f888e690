// One event of a streamed answer.
#pragma once

#include <reroute/message/message.hpp>

#include <boost/json/fwd.hpp>

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {

/// What an event says; the API may add more.
enum class stream_event_type : std::uint8_t {
  message_start,        ///< the message without its content: id, model, prompt tokens
  content_block_start,  ///< `block()`: a block begins, most often empty
  text,                 ///< `text()`: more of a text block
  input_json,           ///< `text()`: more of the JSON text of a tool's input
  thinking,             ///< `text()`: more of a thinking block
  signature,            ///< `text()`: the whole signature of a thinking block
  citation,             ///< `json()`: one citation of a text block
  content_block_delta,  ///< `json()`: a delta of a type that is new
  content_block_stop,   ///< a block is whole
  message_delta,        ///< `stop_reason()` and `usage()`, counted from the beginning
  message_stop,         ///< the message is whole: the last event of a good stream
  ping,                 ///< the provider is alive; handed out only where asked for
  error,                ///< the provider failed; a stream turns it into its end
  other,                ///< one that is new: `name()` and `json()`
};

[[nodiscard]] std::string_view to_string(stream_event_type value) noexcept;
std::ostream& operator<<(std::ostream& out, stream_event_type value);

/// An event. A value that owns its text.
class stream_event {
 public:
  /// Empty: `other`, without a name.
  stream_event() = default;

  /// Reads an event of the Messages API (docs.anthropic.com, "Streaming"): its name and its data.
  /// Without a name the data's "type" counts. Data of type "error", or with an "error" and no type, is an error
  /// whatever its name: gateways send theirs so. Bytes that are not UTF-8, and halves of surrogate pairs, become
  /// U+FFFD. Nothing, with the reason in `why` (it may name a byte, and never quotes the data), for data that is not
  /// what the name promises; an event with a name that is new may hold anything. No exception but `std::bad_alloc`.
  [[nodiscard]] static std::optional<stream_event> parse(std::string_view name,
                                                         std::string_view data,
                                                         std::string* why = nullptr);

  [[nodiscard]] stream_event_type type() const noexcept { return type_; }
  /// As the provider calls it: "content_block_delta".
  [[nodiscard]] std::string_view name() const noexcept;
  /// Which block of the content: counts from 0. 0 for events that concern none.
  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  /// What is new of a text, a tool's input, a thinking, or the signature; else empty.
  [[nodiscard]] const std::string& text() const& noexcept { return text_; }
  [[nodiscard]] std::string text() && noexcept { return std::move(text_); }
  /// How many blocks a message_start holds already; in practice none.
  [[nodiscard]] std::size_t blocks_begun() const;
  /// The block that begins; of type "" for any other event.
  [[nodiscard]] content_block block() const;
  /// Why the model stopped; `stop_reason::none` unless this is a message_delta that says so.
  [[nodiscard]] reroute::stop_reason stop_reason() const;
  /// Tokens so far, of a message_start or message_delta; a member that is not told is 0.
  [[nodiscard]] token_usage usage() const;
  /// All of it, as the provider wrote it: an object; null for an event whose data is not JSON.
  [[nodiscard]] boost::json::value json() const;
  /// The same as text.
  [[nodiscard]] std::string json_text() const;

 private:
  [[nodiscard]] bool read_plain(std::string_view data);

  stream_event_type type_ = stream_event_type::other;
  std::size_t index_ = 0;
  std::string text_;
  std::string data_;  // as it came; empty for deltas that `text_` and `index_` say completely
  std::string name_;  // of one that is new
};

/// One line without the content: "content_block_delta 0: text, 12 bytes".
std::ostream& operator<<(std::ostream& out, const stream_event& value);

}  // namespace reroute
