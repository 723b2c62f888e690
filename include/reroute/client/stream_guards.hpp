// How long a stream may be silent, stand still, or crawl.
#pragma once

#include <chrono>
#include <cstddef>

namespace reroute {

/// Limits on the silences of a stream. Zero in a time means no limit. Time in which nobody asks for the
/// next event does not count: a slow reader is not the provider's fault. What these limits end before
/// the first content is retried like any fault; afterwards it is the stream's error.
///
/// The defaults tell a provider that hangs from one that thinks. Claude has been silent for 90 s and more while it
/// thinks or writes a tool's input, and the official clients wait 10 minutes for a head (TypeScript) or a read
/// (Python). Five minutes are half of the default deadline: they leave as much for another attempt. A connection that
/// is dead is found much earlier by the transport (`https_options::ping_interval`).
///
/// A class with setters, so that it may stand inside a `co_await` expression. Setters throw
/// `std::invalid_argument` for what is negative, or more than a hundred years.
class stream_guards {
 public:
  stream_guards() {}

  /// From sending to the first event, which tells that the provider has begun: `errc::first_event_timeout`. Default
  /// 5 min.
  stream_guards& first_event(std::chrono::milliseconds time) &;
  stream_guards&& first_event(std::chrono::milliseconds time) && {
    return static_cast<stream_guards&&>(first_event(time));
  }
  /// From sending to the first content: `errc::first_content_timeout`. Default none: a model may think
  /// for long before it says something.
  stream_guards& first_content(std::chrono::milliseconds time) &;
  stream_guards&& first_content(std::chrono::milliseconds time) && {
    return static_cast<stream_guards&&>(first_content(time));
  }
  /// Between two bytes, be it while the model thinks or in the midst of its text: `errc::idle_timeout`. Pings count
  /// as life. Default 5 min; the transport's own `https_options::idle_timeout` holds as well.
  stream_guards& idle(std::chrono::milliseconds time) &;
  stream_guards&& idle(std::chrono::milliseconds time) && {
    return static_cast<stream_guards&&>(idle(time));
  }
  /// Between two events that are not pings: `errc::stream_stalled`. Default 10 min: pings show that the provider
  /// lives, and thinking may take long.
  stream_guards& progress(std::chrono::milliseconds time) &;
  stream_guards&& progress(std::chrono::milliseconds time) && {
    return static_cast<stream_guards&&>(progress(time));
  }
  /// Bytes per second after the first content, on average over about `window`:
  /// `errc::stream_too_slow`. Default none (0). `window` must be more than zero.
  stream_guards& min_throughput(std::size_t bytes_per_second,
                                std::chrono::milliseconds window = std::chrono::seconds(30)) &;
  stream_guards&& min_throughput(std::size_t bytes_per_second,
                                 std::chrono::milliseconds window = std::chrono::seconds(30)) && {
    return static_cast<stream_guards&&>(min_throughput(bytes_per_second, window));
  }

  [[nodiscard]] std::chrono::milliseconds first_event() const { return first_event_; }
  [[nodiscard]] std::chrono::milliseconds first_content() const { return first_content_; }
  [[nodiscard]] std::chrono::milliseconds idle() const { return idle_; }
  [[nodiscard]] std::chrono::milliseconds progress() const { return progress_; }
  [[nodiscard]] std::size_t min_bytes_per_second() const { return bytes_per_second_; }
  [[nodiscard]] std::chrono::milliseconds throughput_window() const { return window_; }

 private:
  std::chrono::milliseconds first_event_ = std::chrono::minutes(5);
  std::chrono::milliseconds first_content_{0};
  std::chrono::milliseconds idle_ = std::chrono::minutes(5);
  std::chrono::milliseconds progress_ = std::chrono::minutes(10);
  std::size_t bytes_per_second_ = 0;
  std::chrono::milliseconds window_ = std::chrono::seconds(30);
};

}  // namespace reroute
