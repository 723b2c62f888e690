// Retry-After in all its forms: the first form that asks for more than nothing wins.
#include <reroute/http/retry_after.hpp>

#include "http/decimal.hpp"
#include "http/response_time.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <ostream>

namespace reroute::http {
namespace {

using std::chrono::milliseconds;

milliseconds saturated(std::int64_t wait) noexcept {
  return milliseconds(std::min<std::int64_t>(wait, longest_wait.count()));
}

std::optional<retry_hint> parse_milliseconds(std::string_view value) noexcept {
  const auto wait = parse_decimal(value);
  if (!wait) return {};
  return retry_hint{saturated(*wait), hint_source::retry_after_ms};
}

// the longest wait that the fields of this name ask for
template <typename Parse>
std::optional<retry_hint> longest(const headers& fields, std::string_view name, Parse parse) {
  std::optional<retry_hint> found;
  if (!fields.contains(name)) return found;  // the ordinary case, and fast
  for (const auto field : fields) {
    if (!same_text(field.name, name)) continue;
    const std::optional<retry_hint> hint = parse(field.value);
    if (hint && (!found || hint->wait > found->wait)) found = hint;
  }
  return found;
}

}  // namespace

std::string_view to_string(hint_source source) noexcept {
  switch (source) {
    case hint_source::none:
      return "none";
    case hint_source::retry_after_ms:
      return "retry_after_ms";
    case hint_source::retry_after:
      return "retry_after";
    case hint_source::retry_after_date:
      return "retry_after_date";
    case hint_source::message_text:
      return "message_text";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, hint_source source) { return out << to_string(source); }

std::optional<retry_hint> parse_retry_after(std::string_view value, date now) noexcept {
  if (const auto wait = parse_decimal(value, 3)) {
    return retry_hint{saturated(*wait), hint_source::retry_after};
  }
  if (const auto then = parse_http_date(value, now)) {
    return retry_hint{wait_between(now, *then), hint_source::retry_after_date};
  }
  return {};
}

std::optional<retry_hint> find_retry_after(const headers& fields, date now) noexcept {
  const auto in_seconds = [&](std::string_view value) {
    // the Date is only read where it is needed: no date begins with a digit
    const bool dated = !value.empty() && !is_digit(value.front());
    return parse_retry_after(value, dated ? response_time(fields, now) : now);
  };
  std::optional<retry_hint> found = longest(fields, "retry-after-ms", parse_milliseconds);
  if (found && found->wait > milliseconds(0)) return found;
  if (const auto next = longest(fields, "x-ms-retry-after-ms", parse_milliseconds)) {
    if (!found || next->wait > milliseconds(0)) found = next;
    if (found->wait > milliseconds(0)) return found;
  }
  if (const auto next = longest(fields, "retry-after", in_seconds)) {
    if (!found || next->wait > milliseconds(0)) found = next;
  }
  return found;
}

}  // namespace reroute::http
