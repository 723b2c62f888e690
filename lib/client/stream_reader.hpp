// From the bytes of a streamed answer to its events, or to what is wrong with it.
#pragma once

#include <reroute/http/event_stream.hpp>
#include <reroute/message/stream_event.hpp>

#include "message/event_order.hpp"
#include "message/json_scan.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

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
    std::optional<stream_event> read;
    do {
      if (!parser_.next(raw)) {
        return parser_.error() == http::event_stream_error::none ? result::need_more
                                                                 : result::too_large;
      }
      read = stream_event::parse(raw.name, raw.data, &problem_);
      if (!read) return result::malformed;
      if (read->type() == stream_event_type::error) {
        problem_ = read->json_text();
        return result::said_no;
      }
    } while (begins_again(*read));
    problem_ = order_.add(*read);
    if (!problem_.empty()) return result::malformed;
    out = std::move(*read);
    return result::event;
  }
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  /// message_start has come.
  [[nodiscard]] bool begun() const noexcept { return begun_; }
  /// message_stop has come.
  [[nodiscard]] bool whole() const noexcept { return order_.whole(); }

 private:
  // Some gateways send message_start twice. The second says nothing new; what would not fit behind it, a block with a
  // number that was there, is seen by its order.
  [[nodiscard]] bool begins_again(const stream_event& next) {
    if (next.type() != stream_event_type::message_start) return false;
    std::string id = member_string(member_text(next.json_text(), "message"), "id");
    if (std::exchange(begun_, true)) return !id.empty() && id == id_;
    id_ = std::move(id);
    return false;
  }

  http::event_stream_parser parser_;
  event_order order_;
  bool begun_ = false;
  std::string id_;  // of the message
  std::string problem_;
};

}  // namespace reroute::detail
