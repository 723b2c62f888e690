// Outcomes and their story.
#include <reroute/client/outcome.hpp>

#include <chrono>
#include <ostream>

namespace reroute {
namespace {

std::int64_t in_ms(std::chrono::nanoseconds time) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
}

}  // namespace

outcome::outcome() = default;

std::string_view outcome::route() const noexcept {
  if (!answered() && !error.after_content) return {};
  for (const attempt& each : attempts)
    if (each.status / 100 == 2 && (!each.error || each.error.after_content)) return each.route;
  return {};
}

int outcome::possibly_billed() const noexcept {
  int times = 0;
  for (const attempt& each : attempts)
    times += each.resent + (each.possibly_billed ? 1 : 0);
  return times;
}

std::string_view to_string(stopped value) noexcept {
  switch (value) {
    case stopped::answered:
      return "answered";
    case stopped::permanent:
      return "permanent";
    case stopped::attempts:
      return "attempts";
    case stopped::deadline:
      return "deadline";
    case stopped::would_miss_deadline:
      return "would_miss_deadline";
    case stopped::too_many_waiting:
      return "too_many_waiting";
    case stopped::draining:
      return "draining";
    case stopped::cancelled:
      return "cancelled";
    case stopped::after_content:
      return "after_content";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, stopped value) { return out << to_string(value); }

std::ostream& operator<<(std::ostream& out, const attempt& value) {
  out << value.route << ' ' << value.model << ": ";
  if (value.status != 0) out << value.status << ' ';
  out << value.error.category;
  if (!value.error.raw_code.empty()) out << " (" << value.error.raw_code << ')';
  if (value.error.cause) out << " (" << value.error.cause.message() << ')';
  out << " after " << in_ms(value.took) << " ms, waited " << in_ms(value.waited) << " ms";
  if (value.resent > 0) out << ", sent again " << value.resent << " x on a fresh connection";
  return out;
}

std::ostream& operator<<(std::ostream& out, const outcome& value) {
  out << value.stopped << " after " << in_ms(value.took) << " ms";
  if (value.error) out << ": " << value.error;
  for (const attempt& each : value.attempts)
    out << "\n  " << each;
  return out;
}

}  // namespace reroute
