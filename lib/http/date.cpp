// Dates on the wire, read by hand: no locale, no strptime, no time zone.
#include <reroute/http/date.hpp>

#include "http/text.hpp"

#include <array>
#include <cstdio>

namespace reroute::http {
namespace {

using namespace std::chrono;

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> days = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
constexpr std::array<std::string_view, 7> long_days = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};

// reads a text from the front; once something did not match, nothing does
class reader {
 public:
  explicit reader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }

  bool text(std::string_view expected) {
    if (!good_ || !detail::equal_in_any_case(rest_.substr(0, expected.size()), expected))
      return fail();
    rest_.remove_prefix(expected.size());
    return true;
  }
  // exactly `digits` digits
  int number(std::size_t digits) {
    int value = 0;
    if (!good_ || rest_.size() < digits) return fail(), 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (!detail::is_digit(rest_[i])) return fail(), 0;
      value = value * 10 + (rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  // the index of the name that stands here; `count` if none does
  template <std::size_t count>
  std::size_t name(const std::array<std::string_view, count>& names) {
    for (std::size_t i = 0; good_ && i < count; ++i) {
      if (!detail::equal_in_any_case(rest_.substr(0, names[i].size()), names[i])) continue;
      rest_.remove_prefix(names[i].size());
      return i;
    }
    fail();
    return count;
  }
  bool fail() {
    good_ = false;
    return false;
  }
  std::string_view rest() const { return rest_; }
  void skip(std::size_t count) { rest_.remove_prefix(count); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

struct fields {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<date> to_date(const fields& f) {
  const year_month_day day(year(f.year), month(static_cast<unsigned>(f.month)),
                           std::chrono::day(static_cast<unsigned>(f.day)));
  if (!day.ok() || f.hour > 23 || f.minute > 59 || f.second > 60) return std::nullopt;
  const int second = f.second == 60 ? 59 : f.second;  // a leap second
  return sys_days(day) + hours(f.hour) + minutes(f.minute) + seconds(second);
}

void read_time(reader& in, fields& into) {
  into.hour = in.number(2);
  in.text(":");
  into.minute = in.number(2);
  in.text(":");
  into.second = in.number(2);
}

void read_zone(reader& in) {
  in.text(" ");
  if (detail::lower(in.peek()) == 'u') {
    in.text("UTC");
  } else {
    in.text("GMT");
  }
}

// Tue, 30 Jun 2026 20:31:05 GMT
std::optional<date> read_fixdate(std::string_view text) {
  reader in(text);
  fields f;
  in.name(days);
  in.text(", ");
  f.day = in.number(2);
  in.text(" ");
  f.month = static_cast<int>(in.name(months)) + 1;
  in.text(" ");
  f.year = in.number(4);
  in.text(" ");
  read_time(in, f);
  if (in.good() && !in.done()) read_zone(in);
  return in.done() ? to_date(f) : std::nullopt;
}

// Tuesday, 30-Jun-26 20:31:05 GMT
std::optional<date> read_rfc850(std::string_view text, date now) {
  reader in(text);
  fields f;
  in.name(long_days);
  in.text(", ");
  f.day = in.number(2);
  in.text("-");
  f.month = static_cast<int>(in.name(months)) + 1;
  in.text("-");
  const int two_digits = in.number(2);
  in.text(" ");
  read_time(in, f);
  if (in.good() && !in.done()) read_zone(in);
  if (!in.done()) return std::nullopt;
  // a year that seems more than 50 years ahead is the last one with these digits (RFC 9110, 5.6.7)
  const int this_year = static_cast<int>(year_month_day(floor<std::chrono::days>(now)).year());
  f.year = this_year - this_year % 100 + two_digits;
  if (f.year > this_year + 50) f.year -= 100;
  if (f.year <= this_year - 50) f.year += 100;
  return to_date(f);
}

// Tue Jun 30 20:31:05 2026
std::optional<date> read_asctime(std::string_view text) {
  reader in(text);
  fields f;
  in.name(days);
  in.text(" ");
  f.month = static_cast<int>(in.name(months)) + 1;
  in.text(" ");
  if (in.peek() == ' ') {
    in.text(" ");
    f.day = in.number(1);
  } else {
    f.day = in.number(2);
  }
  in.text(" ");
  read_time(in, f);
  in.text(" ");
  f.year = in.number(4);
  return in.done() ? to_date(f) : std::nullopt;
}

}  // namespace

std::optional<date> parse_http_date(std::string_view text, date now) noexcept {
  text = detail::trim(text);
  if (auto found = read_fixdate(text)) return found;
  if (auto found = read_rfc850(text, now)) return found;
  return read_asctime(text);
}

std::string format_http_date(date when) {
  const auto day = floor<std::chrono::days>(when);
  const year_month_day ymd(day);
  const hh_mm_ss time(when - day);
  char text[40];
  std::snprintf(text, sizeof text, "%s, %02u %s %04d %02d:%02d:%02d GMT",
                days[weekday(day).c_encoding()].data(), static_cast<unsigned>(ymd.day()),
                months[static_cast<unsigned>(ymd.month()) - 1].data(), static_cast<int>(ymd.year()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text;
}

std::optional<date> parse_rfc3339(std::string_view text) noexcept {
  reader in(detail::trim(text));
  fields f;
  f.year = in.number(4);
  in.text("-");
  f.month = in.number(2);
  in.text("-");
  f.day = in.number(2);
  if (in.peek() == ' ') {
    in.text(" ");
  } else {
    in.text("T");
  }
  read_time(in, f);
  bool later = false;  // a fraction that is not zero
  if (in.good() && in.peek() == '.') {
    in.skip(1);
    if (!detail::is_digit(in.peek())) return std::nullopt;
    for (; detail::is_digit(in.peek()); in.skip(1))
      later = later || in.peek() != '0';
  }
  seconds offset{0};
  if (const char sign = in.peek(); sign == '+' || sign == '-') {
    in.skip(1);
    const int hour = in.number(2);
    in.text(":");
    const int minute = in.number(2);
    if (hour > 23 || minute > 59) return std::nullopt;
    offset = (hours(hour) + minutes(minute)) * (sign == '+' ? 1 : -1);
  } else {
    in.text("Z");
  }
  if (!in.done()) return std::nullopt;
  const auto found = to_date(f);
  if (!found) return std::nullopt;
  return *found - offset + seconds(later ? 1 : 0);
}

}  // namespace reroute::http
