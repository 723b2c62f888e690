// Hints in the text of errors.
#include "error/message_hints.hpp"

#include <reroute/http/retry_after.hpp>

#include "http/decimal.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace reroute::detail {
namespace {

using std::chrono::milliseconds;

struct unit {
  std::string_view name;
  std::int64_t milliseconds;
};

constexpr unit units[] = {{"milliseconds", 1},  {"millisecond", 1},  {"ms", 1},
                          {"seconds", 1000},    {"second", 1000},    {"secs", 1000},
                          {"sec", 1000},        {"s", 1000},         {"minutes", 60'000},
                          {"minute", 60'000},   {"min", 60'000},     {"m", 60'000},
                          {"hours", 3'600'000}, {"hour", 3'600'000}, {"h", 3'600'000}};

bool is_letter(char c) noexcept { return http::lower(c) >= 'a' && http::lower(c) <= 'z'; }

// milliseconds of the unit at the front, in any case; 0 if there is none
std::int64_t read_unit(std::string_view text) noexcept {
  const auto end = std::find_if_not(text.begin(), text.end(), is_letter);
  const auto word = text.substr(0, static_cast<std::size_t>(end - text.begin()));
  for (const unit& u : units) {
    if (http::same_text(u.name, word)) return u.milliseconds;
  }
  return 0;
}

// takes digits, and a fraction if a digit follows the point, off the front
std::string_view take_number(std::string_view& text) noexcept {
  std::size_t size = 0;
  while (size < text.size() && http::is_digit(text[size]))
    ++size;
  if (size > 0 && size + 1 < text.size() && text[size] == '.' && http::is_digit(text[size + 1])) {
    ++size;
    while (size < text.size() && http::is_digit(text[size]))
      ++size;
  }
  const std::string_view number = text.substr(0, size);
  text.remove_prefix(size);
  return number;
}

std::int64_t saturated_product(std::int64_t value, std::int64_t factor) noexcept {
  constexpr std::int64_t most = http::longest_wait.count();
  return value > most / factor ? most : value * factor;
}

// "33 seconds", "2 minutes", "1.5s", "01:00:00"
milliseconds read_wait(std::string_view text) noexcept {
  const std::string_view number = take_number(text);
  if (text.starts_with(":") && text.size() >= 6 && text[3] == ':') {
    const auto hours = http::parse_integer(number);
    const auto minutes = http::parse_integer(text.substr(1, 2));
    const auto seconds = http::parse_integer(text.substr(4, 2));
    if (!hours || !minutes || !seconds || *minutes > 59 || *seconds > 59) return milliseconds(0);
    const std::int64_t wait =
        saturated_product(*hours, 3'600'000) + *minutes * 60'000 + *seconds * 1000;
    return std::min(milliseconds(wait), http::longest_wait);
  }
  const auto thousandths = http::parse_decimal(number, 3);
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const std::int64_t scale = read_unit(text);
  if (!thousandths || scale == 0) return milliseconds(0);
  if (scale >= 1000) return milliseconds(saturated_product(*thousandths, scale / 1000));
  return milliseconds(std::min(*thousandths / 1000 + (*thousandths % 1000 != 0 ? 1 : 0),
                               http::longest_wait.count()));
}

}  // namespace

std::optional<milliseconds> wait_in_text(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 5> phrases{"please wait ", "try again in ", "retry after ",
                                                    "retry in ", "replenished in "};
  milliseconds longest{0};
  // from number to number, for there are few of them
  for (std::size_t at = 0; at < message.size(); ++at) {
    if (!http::is_digit(message[at])) continue;
    const std::string_view before = message.substr(0, at);
    if (std::any_of(phrases.begin(), phrases.end(),
                    [&](std::string_view phrase) { return http::ends_with(before, phrase); })) {
      longest = std::max(longest, read_wait(message.substr(at)));
    }
  }
  return longest > milliseconds(0) ? std::optional(longest) : std::nullopt;
}

bool says_no_quota(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 8> beginnings{
      "you have reached your specified",
      "your credit balance is too low",
      "this request would exceed your account's monthly spend limit",
      "usage credits are required",
      "extra usage is required",
      "you exceeded your current quota",
      "out of call volume quota",
      "out of bandwidth quota"};
  return std::any_of(beginnings.begin(), beginnings.end(), [&](std::string_view beginning) {
    return http::begins_with(message, beginning);
  });
}

std::optional<http::date> access_date_in_text(std::string_view message) noexcept {
  constexpr std::string_view phrase = "regain access on ";
  constexpr std::string_view day = "2026-12-01";
  const auto at = http::find_text(message, phrase);
  if (at == std::string_view::npos) return {};
  const std::string_view said = message.substr(at + phrase.size());
  // written out as the standard form, so that one parser judges all dates
  std::array<char, 20> text{};
  constexpr std::string_view midnight = "T00:00:00Z";
  if (said.size() < day.size()) return {};
  std::copy_n(said.begin(), day.size(), text.begin());
  std::copy(midnight.begin(), midnight.end(), text.begin() + day.size());
  constexpr std::string_view before_time = " at ";
  const std::string_view rest = said.substr(day.size());
  if (http::begins_with(rest, before_time) && rest.size() >= before_time.size() + 5 &&
      rest[before_time.size() + 2] == ':') {
    std::copy_n(rest.begin() + before_time.size(), 5, text.begin() + day.size() + 1);
  }
  return http::parse_rfc3339({text.data(), text.size()});
}

bool says_rate_limit(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 7> phrases{
      "rate limit",         "rate-limit", "too many requests",     "too many tokens",
      "resource exhausted", "throttl",    "provisioned throughput"};
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return http::has_text(message, phrase); });
}

}  // namespace reroute::detail
