// What a 2xx brings before a stream's first content: events, a whole message in their place, or no answer.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/message/stream_event.hpp>

#include "client/live_route.hpp"
#include "client/open_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::detail {

/// Told the pieces of the body as they come. Whether they are an event stream is seen by how they begin: gateways and
/// proxies change content types, and some answer a stream with a message in one piece, which is then handed out as its
/// events. Events are kept until there is content.
class stream_opening {
 public:
  using time_point = stream_watch::time_point;

  /// What is known after a piece; neither: more is needed.
  struct look {
    bool content = false;
    normalized_error error;
  };

  /// `head` is a good one, without a body. `pings`: they are wanted.
  stream_opening(const live_route& on, http::response head, std::string request_id, bool pings,
                 stream_beginning from);

  [[nodiscard]] stream_watch& watch() { return from_.watch; }
  [[nodiscard]] response_body& body() { return *from_.body; }
  /// The next piece. After the last one, and after an error, something is known.
  [[nodiscard]] look heard(const body_piece& piece, time_point now, http::date today);
  /// All that came, with the first content.
  [[nodiscard]] stream_beginning take() &&;

 private:
  enum class form : std::uint8_t { unknown, events, whole };

  void keep(std::string_view bytes);
  [[nodiscard]] form form_so_far() const;
  [[nodiscard]] look read_events(http::date today);
  [[nodiscard]] look read_whole(http::date today);
  [[nodiscard]] look failed(errc why, std::string_view detail) const;
  [[nodiscard]] look no_answer(std::string_view why, http::date today) const;

  const live_route& on_;
  http::response head_;  // with the body if it came whole, else with its first bytes
  std::string request_id_;
  bool pings_;
  form form_ = form::unknown;
  std::size_t size_ = 0;  // of the body so far
  std::size_t held_ = 0;  // bytes of the events that are kept
  stream_beginning from_;
};

}  // namespace reroute::detail
