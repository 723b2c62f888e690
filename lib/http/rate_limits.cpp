// Rate-limit headers of both families.
#include <reroute/http/rate_limits.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace reroute::http {
namespace {

using std::chrono::milliseconds;

struct family {
  std::string_view prefix;
  quota_bucket rate_limits::*bucket;
};

// longer prefixes first: "…-input-tokens-" before "…-tokens-" cannot be confused, but stays
// readable
constexpr std::array<family, 8> anthropic_families = {{
    {"anthropic-ratelimit-requests-", &rate_limits::requests},
    {"anthropic-ratelimit-tokens-", &rate_limits::tokens},
    {"anthropic-ratelimit-input-tokens-", &rate_limits::input_tokens},
    {"anthropic-ratelimit-output-tokens-", &rate_limits::output_tokens},
    {"anthropic-priority-input-tokens-", &rate_limits::priority_input_tokens},
    {"anthropic-priority-output-tokens-", &rate_limits::priority_output_tokens},
    {"anthropic-fast-input-tokens-", &rate_limits::fast_input_tokens},
    {"anthropic-fast-output-tokens-", &rate_limits::fast_output_tokens},
}};

bool starts_with_in_any_case(std::string_view text, std::string_view prefix) noexcept {
  return detail::equal_in_any_case(text.substr(0, prefix.size()), prefix);
}

// "6m0s", "1h2m3.5s", "120ms"
std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
  std::int64_t total = 0;
  if (text.empty()) return std::nullopt;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && (detail::is_digit(text[digits]) || text[digits] == '.'))
      ++digits;
    const auto thousandths = detail::parse_thousandths(text.substr(0, digits));
    if (!thousandths) return std::nullopt;
    text.remove_prefix(digits);
    std::int64_t unit = 0;  // milliseconds
    std::size_t letters = 1;
    if (text.starts_with("ms")) {
      unit = 1;
      letters = 2;
    } else if (text.starts_with("h")) {
      unit = 3'600'000;
    } else if (text.starts_with("m")) {
      unit = 60'000;
    } else if (text.starts_with("s")) {
      unit = 1000;
    } else {
      return std::nullopt;
    }
    text.remove_prefix(letters);
    if (*thousandths > INT64_MAX / unit) return std::nullopt;
    const std::int64_t part = (*thousandths * unit + 999) / 1000;
    if (total > INT64_MAX - part) return std::nullopt;
    total += part;
  }
  return milliseconds(total);
}

std::optional<milliseconds> parse_reset(std::string_view value, date now) noexcept {
  if (const auto seconds = detail::parse_thousandths(value)) {
    if (*seconds == INT64_MAX) return std::nullopt;
    return milliseconds(*seconds);
  }
  if (const auto when = parse_rfc3339(value))
    return std::max<milliseconds>(*when - now, milliseconds(0));
  return parse_duration(value);
}

void read_into(quota_bucket& bucket, std::string_view what, std::string_view value,
               date now) noexcept {
  if (detail::equal_in_any_case(what, "limit")) {
    bucket.limit = detail::parse_count(value);
  } else if (detail::equal_in_any_case(what, "remaining")) {
    bucket.remaining = detail::parse_count(value);
  } else if (detail::equal_in_any_case(what, "reset")) {
    bucket.reset = parse_reset(value, now);
  }
}

// x-ratelimit-remaining-requests: what first, bucket last; also spelt x-rate-limit-
void read_x_field(rate_limits& into, std::string_view name, std::string_view value,
                  date now) noexcept {
  const std::size_t dash = name.rfind('-');
  if (dash == std::string_view::npos) return;
  const std::string_view what = name.substr(0, dash), which = name.substr(dash + 1);
  quota_bucket* bucket = nullptr;
  if (detail::equal_in_any_case(which, "requests")) bucket = &into.requests;
  if (detail::equal_in_any_case(which, "tokens")) bucket = &into.tokens;
  if (!bucket) return;
  if (detail::equal_in_any_case(what, "renewalperiod")) {
    if (const auto seconds = detail::parse_count(value);
        seconds && *seconds > 0 && *seconds < 1'000'000'000)
      into.window = std::chrono::seconds(*seconds);
  } else {
    read_into(*bucket, what, value, now);
  }
}

}  // namespace

bool rate_limits::empty() const noexcept { return *this == rate_limits(); }

rate_limits find_rate_limits(const headers& fields, date now) noexcept {
  rate_limits found;
  date from = now;
  bool dated = false;  // the Date field is only looked for where a limit is named
  for (const headers::field each : fields) {
    const bool anthropic = starts_with_in_any_case(each.name, "anthropic-");
    const bool other = starts_with_in_any_case(each.name, "x-rate");
    if (!anthropic && !other) continue;
    if (!dated) {
      dated = true;
      if (const auto written = fields.find("date"); written && !fields.contains("age"))
        from = parse_http_date(*written, now).value_or(now);
    }
    if (other) {
      for (const std::string_view prefix : {"x-ratelimit-", "x-rate-limit-"})
        if (starts_with_in_any_case(each.name, prefix))
          read_x_field(found, each.name.substr(prefix.size()), each.value, from);
      continue;
    }
    for (const family& one : anthropic_families)
      if (starts_with_in_any_case(each.name, one.prefix))
        read_into(found.*one.bucket, each.name.substr(one.prefix.size()), each.value, from);
  }
  return found;
}

}  // namespace reroute::http
