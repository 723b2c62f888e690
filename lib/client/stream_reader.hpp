// From the bytes of a streamed answer to its events, or to what is wrong with it.
#pragma once

#include <reroute/http/event_stream.hpp>
#include <reroute/message/stream_event.hpp>

#include "message/event_order.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::detail {

/// Pure. Bytes stay where they are until `next` has said `need_more`.
class stream_reader {
 public:
  enum class result : std::uint8_t {
    event,      ///< the next event, pings included
    need_more,  ///< feed more bytes
    said_no,    ///< the provider sent an error event: `problem()` is its data
    malformed,  ///< this is no answer: `problem()` says why, without quoting it
    too_large,  ///< an event is larger than any should be
  };

  void feed(std::string_view bytes) { parser_.feed(bytes); }
  [[nodiscard]] result next(stream_event& out) {
    http::server_event raw;
    if (!parser_.next(raw)) {
      return parser_.error() == http::event_stream_error::none ? result::need_more
                                                               : result::too_large;
    }
    auto read = stream_event::parse(raw.name, raw.data, &problem_);
    if (!read) return result::malformed;
    if (read->type() == stream_event_type::error) {
      problem_ = read->json_text();
      return result::said_no;
    }
    problem_ = order_.add(*read);
    if (!problem_.empty()) return result::malformed;
    out = std::move(*read);
    return result::event;
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// message_stop has come.
  [[nodiscard]] bool whole() const noexcept { return order_.whole(); }

 private:
  http::event_stream_parser parser_;
  event_order order_;
  std::string problem_;
};

}  // namespace reroute::detail
