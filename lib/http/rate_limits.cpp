// Rate-limit headers, taken apart word by word: family, bucket, quantity.
#include <reroute/http/rate_limits.hpp>

#include "http/decimal.hpp"
#include "http/response_time.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <span>

namespace reroute::http {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_reset = std::chrono::hours(24 * 366);

// takes `wanted` off the front of a header name
bool take(std::string_view& name, std::string_view wanted) noexcept {
  if (!begins_with(name, wanted)) return false;
  name.remove_prefix(wanted.size());
  return true;
}

// milliseconds of one unit; 0 for an unknown one
std::int64_t take_unit(std::string_view& text) noexcept {
  if (take(text, "ms")) return 1;
  if (take(text, "s")) return 1000;
  if (take(text, "m")) return 60'000;
  if (take(text, "h")) return 3'600'000;
  if (take(text, "d")) return 86'400'000;
  return 0;
}

// "6m0s", "120ms", "1h2m3.5s"
std::optional<milliseconds> parse_duration(std::string_view text) noexcept {
  std::int64_t sum = 0;
  if (text.empty()) return {};
  while (!text.empty()) {
    const auto size = std::min(text.find_first_not_of("0123456789."), text.size());
    const auto thousandths = parse_decimal(text.substr(0, size), 3);
    text.remove_prefix(size);
    const std::int64_t unit = take_unit(text);
    if (!thousandths || unit == 0) return {};
    // bounded first, so that nothing below can overflow
    if (*thousandths > longest_reset.count() * 1000 / unit) return {};
    sum += (*thousandths * unit + 999) / 1000;
    if (sum > longest_reset.count()) return {};
  }
  return milliseconds(sum);
}

std::optional<milliseconds> parse_reset(std::string_view value, date made) noexcept {
  std::optional<milliseconds> wait;
  if (const auto in_seconds = parse_decimal(value, 3)) {
    wait = milliseconds(*in_seconds);
  } else if (const auto then = parse_rfc3339(value)) {
    wait = wait_between(made, *then);
  } else {
    wait = parse_duration(value);
  }
  return wait && *wait <= longest_reset ? wait : std::nullopt;
}

std::optional<std::int64_t> parse_count(std::string_view value) noexcept {
  const auto count = parse_integer(value);
  return count && *count < decimal_overflow ? count : std::nullopt;
}

// the first field that says something readable is believed
void set_quantity(quota_bucket& bucket, std::string_view quantity, std::string_view value,
                  date made) noexcept {
  if (same_text(quantity, "limit")) {
    if (!bucket.limit) bucket.limit = parse_count(value);
  } else if (same_text(quantity, "remaining")) {
    if (!bucket.remaining) bucket.remaining = parse_count(value);
  } else if (same_text(quantity, "reset")) {
    if (!bucket.reset) bucket.reset = parse_reset(value, made);
  }
}

// anthropic-ratelimit-input-tokens-remaining, without its first word
void read_anthropic(rate_limits& limits, std::string_view name, std::string_view value,
                    date made) noexcept {
  struct place {
    std::string_view name;
    quota_bucket rate_limits::*bucket;
  };
  static constexpr place plain[] = {{"requests", &rate_limits::requests},
                                    {"tokens", &rate_limits::tokens},
                                    {"input-tokens", &rate_limits::input_tokens},
                                    {"output-tokens", &rate_limits::output_tokens}};
  static constexpr place priority[] = {{"input-tokens", &rate_limits::priority_input_tokens},
                                       {"output-tokens", &rate_limits::priority_output_tokens}};
  static constexpr place fast[] = {{"input-tokens", &rate_limits::fast_input_tokens},
                                   {"output-tokens", &rate_limits::fast_output_tokens}};
  std::span<const place> places;
  if (take(name, "ratelimit-")) {
    places = plain;
  } else if (take(name, "priority-")) {
    places = priority;
  } else if (take(name, "fast-")) {
    places = fast;
  }
  const auto dash = name.rfind('-');
  if (dash == std::string_view::npos) return;
  for (const place& p : places) {
    if (!same_text(p.name, name.substr(0, dash))) continue;
    return set_quantity(limits.*p.bucket, name.substr(dash + 1), value, made);
  }
}

// "UserConcurrentRequests"
bool names_concurrency(std::string_view type) noexcept {
  constexpr std::string_view word = "Concurrent";
  for (std::size_t at = 0; at + word.size() <= type.size(); ++at)
    if (same_text(type.substr(at, word.size()), word)) return true;
  return false;
}

// x-ratelimit-remaining-tokens, without its family
void read_azure(rate_limits& limits, std::string_view name, std::string_view value,
                date made) noexcept {
  if (same_text(name, "type")) {
    limits.concurrency = limits.concurrency || names_concurrency(value);
    return;
  }
  const auto dash = name.find('-');
  if (dash == std::string_view::npos) return;
  const std::string_view quantity = name.substr(0, dash);
  const std::string_view bucket = name.substr(dash + 1);
  const bool requests = same_text(bucket, "requests");
  if (!requests && !same_text(bucket, "tokens")) return;
  if (!same_text(quantity, "renewalperiod")) {
    return set_quantity(requests ? limits.requests : limits.tokens, quantity, value, made);
  }
  const auto period = parse_integer(value);
  if (!period || *period == 0 || *period > longest_reset / std::chrono::seconds(1)) return;
  limits.window =
      std::max(limits.window.value_or(std::chrono::seconds(0)), std::chrono::seconds(*period));
}

}  // namespace

bool rate_limits::empty() const noexcept { return *this == rate_limits{}; }

rate_limits find_rate_limits(const headers& fields, date now) noexcept {
  rate_limits anthropic;
  rate_limits azure;
  std::optional<date> made;  // read only if there is a limit that may need it
  for (const auto [name, value] : fields) {
    std::string_view rest = name;
    const bool ours = take(rest, "anthropic-");
    // some Azure models spell the family with one dash more
    if (!ours && !take(rest, "x-ratelimit-") && !take(rest, "x-rate-limit-")) continue;
    if (!made) made = response_time(fields, now);
    if (ours) {
      read_anthropic(anthropic, rest, value, *made);
    } else {
      read_azure(azure, rest, value, *made);
    }
  }
  if (anthropic.requests.empty()) anthropic.requests = azure.requests;
  if (anthropic.tokens.empty()) anthropic.tokens = azure.tokens;
  anthropic.window = azure.window;
  anthropic.concurrency = azure.concurrency;
  return anthropic;
}

}  // namespace reroute::http
