// The setters check what they are given.
#include <reroute/client/stream_guards.hpp>
#include <reroute/http/retry_after.hpp>

#include <stdexcept>
#include <string>

namespace reroute {
namespace {

void check(std::chrono::milliseconds time, const char* field, bool zero_is_fine = true) {
  if (time <= http::longest_wait && time.count() >= (zero_is_fine ? 0 : 1)) return;
  throw std::invalid_argument("stream_guards." + std::string(field) + " is " +
                              std::to_string(time.count()) + " ms; it must be " +
                              (zero_is_fine ? "0 (none) or more" : "more than 0") +
                              ", and less than a hundred years");
}

}  // namespace

stream_guards& stream_guards::first_event(std::chrono::milliseconds time) & {
  check(time, "first_event");
  first_event_ = time;
  return *this;
}

stream_guards& stream_guards::first_content(std::chrono::milliseconds time) & {
  check(time, "first_content");
  first_content_ = time;
  return *this;
}

stream_guards& stream_guards::idle(std::chrono::milliseconds time) & {
  check(time, "idle");
  idle_ = time;
  return *this;
}

stream_guards& stream_guards::progress(std::chrono::milliseconds time) & {
  check(time, "progress");
  progress_ = time;
  return *this;
}

stream_guards& stream_guards::min_throughput(std::size_t bytes_per_second,
                                             std::chrono::milliseconds window) & {
  check(window, "min_throughput's window", false);
  bytes_per_second_ = bytes_per_second;
  window_ = window;
  return *this;
}

}  // namespace reroute
