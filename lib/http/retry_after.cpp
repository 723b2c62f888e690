// The wait that a response asks for.
#include <reroute/http/retry_after.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <ostream>

namespace reroute::http {
namespace {

using std::chrono::milliseconds;

std::optional<retry_hint> parse_ms(std::string_view value) noexcept {
  const auto thousandths = detail::parse_thousandths(detail::trim(value));
  if (!thousandths) return std::nullopt;
  const std::int64_t up = *thousandths / 1000 + (*thousandths % 1000 != 0 ? 1 : 0);
  return retry_hint{milliseconds(up), hint_source::retry_after_ms};
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
  value = detail::trim(value);
  if (const auto thousandths = detail::parse_thousandths(value))
    return retry_hint{milliseconds(*thousandths), hint_source::retry_after};
  if (const auto when = parse_http_date(value, now))
    return retry_hint{std::max<milliseconds>(*when - now, milliseconds(0)),
                      hint_source::retry_after_date};
  return std::nullopt;
}

std::optional<retry_hint> find_retry_after(const headers& fields, date now) noexcept {
  std::optional<retry_hint> zero;
  for (const std::string_view name : {"retry-after-ms", "x-ms-retry-after-ms"}) {
    const auto value = fields.find(name);
    const auto hint = value ? parse_ms(*value) : std::nullopt;
    if (hint && hint->wait.count() > 0) return hint;
    if (hint && !zero) zero = hint;
  }
  const auto value = fields.find("retry-after");
  if (!value) return zero;
  // the server's own clock made the date; a cache's answer (Age) has an old one
  date from = now;
  if (const auto written = fields.find("date"); written && !fields.contains("age"))
    from = parse_http_date(*written, now).value_or(now);
  const auto hint = parse_retry_after(*value, from);
  if (hint && hint->wait.count() > 0) return hint;
  return zero ? zero : hint;
}

}  // namespace reroute::http
