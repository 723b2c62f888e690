// Server-sent events: the bytes of a text/event-stream, in any split, become events. Pure.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::http {

/// One event. Views: valid until the next call of the parser's `next` or `feed`.
struct server_event {
  std::string_view name =
      {};  ///< the `event` field; empty if there was none ("message", to a browser)
  std::string_view data = {};  ///< the `data` fields, joined by line feeds
};

/// Why a stream cannot be read any further.
enum class event_stream_error : std::uint8_t {
  none,
  line_too_long,    ///< more bytes in one line than the limit
  event_too_large,  ///< more bytes of data in one event than the limit
};

/// What a stream may make its reader keep. Neither may be 0.
struct event_stream_limits {
  std::size_t line = 16 * 1024 * 1024;   ///< bytes of one line. Default 16 MiB
  std::size_t event = 16 * 1024 * 1024;  ///< bytes of one event's data. Default 16 MiB
};

/// Whether a body that begins like this is an event stream, whatever its content type says: behind a byte order mark
/// and empty lines come a comment or one of the fields `event`, `data`, `id`, `retry`. Nothing: too few bytes to tell.
[[nodiscard]] std::optional<bool> begins_event_stream(std::string_view body) noexcept;

/// A parser of the grammar that the HTML standard gives to event streams (WHATWG, section 9.2.5 and
/// 9.2.6): lines end with LF, CR or CRLF; a byte order mark at the very beginning is skipped; comments
/// and unknown fields are ignored; an event that no blank line ends is never handed out.
///
///     parser.feed(bytes);
///     for (server_event each; parser.next(each);) ...   // then feed the next bytes
///
/// Each byte is looked at a fixed number of times, whatever the split. An event that lies in one fed
/// piece, with one line of data, is not copied. Bytes that are not UTF-8 are passed on as they are.
class event_stream_parser {
 public:
  explicit event_stream_parser(event_stream_limits limits = {}) : limits_(limits) {}

  /// The next bytes. They must stay where they are until `next` has returned false, and only then may
  /// more be fed.
  void feed(std::string_view bytes) noexcept;
  /// The next whole event; false if more bytes are needed, or after an error.
  [[nodiscard]] bool next(server_event& out);

  [[nodiscard]] event_stream_error error() const noexcept { return error_; }
  /// The latest `id` field; one with a NUL in it does not count.
  [[nodiscard]] const std::string& last_event_id() const noexcept { return last_id_; }
  /// The latest `retry` field: how long to wait before reconnecting. Only digits count; what does not
  /// fit is cut to about 292 years.
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& retry() const noexcept {
    return retry_;
  }

 private:
  // text that is viewed where it lies as long as that is possible
  class field_text {
   public:
    void set(std::string_view text, bool will_stay);
    void add_line(std::string_view text);
    void keep();
    void clear() noexcept;
    void trim();
    [[nodiscard]] std::string_view text() const noexcept {
      return owned_ ? std::string_view(own_) : view_;
    }

   private:
    std::string_view view_;
    std::string own_;
    bool owned_ = false;
  };

  [[nodiscard]] bool skip_mark();
  [[nodiscard]] bool take_line(std::string_view& line, bool& stays);
  void take_field(std::string_view line, bool stays);
  void take_data(std::string_view value, bool stays);
  void take_retry(std::string_view value);
  void fail(event_stream_error why);

  event_stream_limits limits_;
  std::string_view input_;
  std::size_t at_ = 0;
  std::size_t line_feed_ = 0;  // the first one at or behind at_, if it is not before it
  std::string partial_;        // of a line that began in an earlier piece
  field_text name_, data_;
  bool has_data_ = false;
  bool line_used_ = false;     // partial_ was handed out
  bool after_return_ = false;  // a line feed now belongs to the line before
  std::uint8_t mark_ = 0;      // bytes of the byte order mark that were seen; 4: it is decided
  event_stream_error error_ = event_stream_error::none;
  std::string last_id_;
  std::optional<std::chrono::milliseconds> retry_;
};

}  // namespace reroute::http
