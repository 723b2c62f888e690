// The clockwork behind stream_guards: when is a stream's silence too long?
#pragma once

#include <reroute/client/stream_guards.hpp>
#include <reroute/error/errc.hpp>
#include <reroute/message/stream_event.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace reroute::detail {

/// Content is what a model says: with it the first delta, or the end of a block or message without one.
[[nodiscard]] inline bool is_content(stream_event_type type) noexcept {
  using kind = stream_event_type;
  return type != kind::message_start && type != kind::content_block_start && type != kind::ping &&
         type != kind::other && type != kind::error;
}

/// Told when waiting for bytes begins, what came, and which events were in it; says how long the
/// waiting may last. Only waiting counts, not the caller's pauses. Pure.
class stream_watch {
 public:
  using time_point = std::chrono::steady_clock::time_point;
  using nanoseconds = std::chrono::nanoseconds;

  struct limit {
    time_point at = time_point::max();
    errc why = errc::idle_timeout;
  };

  stream_watch(const stream_guards& guards, time_point sent)
      : guards_(guards), sent_(sent), since_(sent), credit_(guards.throughput_window()) {}

  /// Waiting for bytes begins.
  void waits(time_point now) { since_ = now; }
  /// So many bytes have come.
  void heard(time_point now, std::size_t bytes) {
    const nanoseconds waited = now - since_;
    since_ = now;
    without_progress_ += waited;
    if (!content_ || guards_.min_bytes_per_second() == 0) return;
    const double earned =
        static_cast<double>(bytes) / static_cast<double>(guards_.min_bytes_per_second());
    const nanoseconds window = guards_.throughput_window();
    credit_ -= waited;
    credit_ = earned >= std::chrono::duration<double>(window).count()
                  ? window
                  : std::min(window, credit_ + std::chrono::duration_cast<nanoseconds>(
                                                   std::chrono::duration<double>(earned)));
  }
  /// They held an event of this kind.
  void saw(stream_event_type type) {
    begun_ = true;
    if (type == stream_event_type::ping) return;
    without_progress_ = nanoseconds(0);
    content_ = content_ || is_content(type);
  }
  /// Until when the head of the response may take.
  [[nodiscard]] limit before_head() const {
    stream_guards until_then = guards_;
    until_then.idle(std::chrono::milliseconds(0)).progress(std::chrono::milliseconds(0));
    return stream_watch(until_then, sent_).next();
  }
  /// Until when waiting may go on, if nothing comes.
  [[nodiscard]] limit next() const {
    limit first;
    const auto consider = [&](std::chrono::milliseconds allowed, time_point from, errc why) {
      if (allowed.count() > 0 && from + allowed < first.at) first = {from + allowed, why};
    };
    if (!begun_) consider(guards_.first_event(), sent_, errc::first_event_timeout);
    if (!content_) consider(guards_.first_content(), sent_, errc::first_content_timeout);
    consider(guards_.idle(), since_, errc::idle_timeout);
    consider(guards_.progress(), since_ - without_progress_, errc::stream_stalled);
    if (content_ && guards_.min_bytes_per_second() > 0 && since_ + credit_ < first.at)
      first = {since_ + credit_, errc::stream_too_slow};
    return first;
  }

 private:
  stream_guards guards_;
  time_point sent_, since_;
  nanoseconds without_progress_{0};  // waited for since the last event that is no ping
  nanoseconds credit_;               // waiting that the bytes so far have paid for
  bool begun_ = false, content_ = false;
};

}  // namespace reroute::detail
