// Hints in the text of errors.
#include "error/message_hints.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace reroute::detail {
namespace {

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// `phrase` in lower case
std::size_t find_phrase(std::string_view text, std::string_view phrase) noexcept {
  const auto found = std::search(text.begin(), text.end(), phrase.begin(), phrase.end(),
                                 [](char a, char b) { return lower(a) == b; });
  return found == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(found - text.begin());
}

bool has_phrase(std::string_view text, std::string_view phrase) noexcept {
  return find_phrase(text, phrase) != std::string_view::npos;
}

std::string_view after(std::string_view text, std::string_view phrase) noexcept {
  const std::size_t at = find_phrase(text, phrase);
  return at == std::string_view::npos ? std::string_view() : text.substr(at + phrase.size());
}

// up to nine digits from the front
std::optional<std::int64_t> take_number(std::string_view& text) noexcept {
  std::int64_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && is_digit(text[digits]); ++digits) {
    if (digits == 9) return std::nullopt;
    value = value * 10 + (text[digits] - '0');
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// "33 seconds", "2 minutes", "01:00:00"
std::optional<std::chrono::seconds> take_wait(std::string_view text) noexcept {
  const auto first = take_number(text);
  if (!first) return std::nullopt;
  if (text.starts_with(":")) {
    text.remove_prefix(1);
    const auto minutes = take_number(text);
    if (!minutes || !text.starts_with(":")) return std::nullopt;
    text.remove_prefix(1);
    const auto seconds = take_number(text);
    if (!seconds || *minutes > 59 || *seconds > 59) return std::nullopt;
    return std::chrono::seconds(*first * 3600 + *minutes * 60 + *seconds);
  }
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  for (const auto& [unit, seconds] :
       {std::pair<std::string_view, int>{"second", 1}, {"minute", 60}, {"hour", 3600}})
    if (find_phrase(text.substr(0, unit.size()), unit) == 0)
      return std::chrono::seconds(*first * seconds);
  return std::nullopt;
}

}  // namespace

std::optional<std::chrono::milliseconds> wait_in_text(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 5> phrases = {
      "please wait ", "try again in ", "retry after ", "retry in ", "replenished in "};
  for (const std::string_view phrase : phrases) {
    const auto wait = take_wait(after(message, phrase));
    if (wait && wait->count() > 0) return *wait;
  }
  return std::nullopt;
}

bool says_no_quota(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 7> phrases = {
      "credit balance is too low",  "reached your specified",  "monthly spend limit",
      "usage credits are required", "extra usage is required", "out of call volume quota",
      "out of bandwidth quota"};
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return has_phrase(message, phrase); });
}

std::optional<http::date> access_date_in_text(std::string_view message) noexcept {
  std::string_view rest = after(message, "regain access on ");
  const auto year = take_number(rest);
  if (!year || !rest.starts_with("-")) return std::nullopt;
  rest.remove_prefix(1);
  const auto month = take_number(rest);
  if (!month || !rest.starts_with("-")) return std::nullopt;
  rest.remove_prefix(1);
  const auto day = take_number(rest);
  if (!day || *year < 2000 || *year > 9999) return std::nullopt;
  const std::chrono::year_month_day date(std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok()) return std::nullopt;
  return std::chrono::sys_days(date);
}

bool says_rate_limit(std::string_view message) noexcept {
  constexpr std::array<std::string_view, 5> phrases = {
      "rate limit", "rate-limit", "too many requests", "too many tokens", "resource exhausted"};
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](std::string_view phrase) { return has_phrase(message, phrase); });
}

}  // namespace reroute::detail
