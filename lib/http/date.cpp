// Dates on the wire: a cursor over the text, one small rule per form.
#include <reroute/http/date.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace reroute::http {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr date first_date = std::chrono::sys_days(std::chrono::year(0) / 1 / 1);
constexpr date last_date =
    std::chrono::sys_days(std::chrono::year(9999) / 12 / 31) + hours(24) - seconds(1);

constexpr std::array<std::string_view, 7> weekdays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                   "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// takes one thing after the other off the front of a text; false: it was not there
class cursor {
 public:
  explicit cursor(std::string_view text) noexcept : left_(text) {}

  bool at_end() const noexcept { return left_.empty(); }

  bool take(std::string_view wanted) noexcept {
    if (!begins_with(left_, wanted)) return false;
    left_.remove_prefix(wanted.size());
    return true;
  }

  // exactly `count` digits
  bool number(std::size_t count, int& value) noexcept {
    if (left_.size() < count) return false;
    value = 0;
    for (const char c : left_.substr(0, count)) {
      if (!is_digit(c)) return false;
      value = value * 10 + (c - '0');
    }
    left_.remove_prefix(count);
    return true;
  }

  // zero or more digits; true in `any` if one of them is not 0
  std::size_t digits(bool& any) noexcept {
    std::size_t count = 0;
    for (; count < left_.size() && is_digit(left_[count]); ++count)
      any |= left_[count] != '0';
    left_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view left_;
};

struct civil {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

std::optional<date> to_date(const civil& c) noexcept {
  const auto day = std::chrono::year(c.year) / c.month / c.day;
  if (!day.ok() || c.hour > 23 || c.minute > 59 || c.second > 60) return {};
  return std::chrono::sys_days(day) + hours(c.hour) + minutes(c.minute) +
         seconds(std::min(c.second, 59));
}

bool take_month(cursor& at, int& month) noexcept {
  for (std::size_t i = 0; i < months.size(); ++i) {
    if (!at.take(months[i])) continue;
    month = static_cast<int>(i) + 1;
    return true;
  }
  return false;
}

bool take_time(cursor& at, civil& c) noexcept {
  return at.number(2, c.hour) && at.take(":") && at.number(2, c.minute) && at.take(":") &&
         at.number(2, c.second);
}

bool take_zone(cursor& at) noexcept {
  return at.at_end() || ((at.take(" GMT") || at.take(" UTC")) && at.at_end());
}

// "Tue, 30 Jun 2026 20:31:05 GMT", after the weekday
bool imf_fixdate(cursor at, civil& c) noexcept {
  return at.take(", ") && at.number(2, c.day) && at.take(" ") && take_month(at, c.month) &&
         at.take(" ") && at.number(4, c.year) && at.take(" ") && take_time(at, c) && take_zone(at);
}

// "Tuesday, 30-Jun-26 20:31:05 GMT", after the weekday
bool rfc850(cursor at, civil& c) noexcept {
  return at.take(", ") && at.number(2, c.day) && at.take("-") && take_month(at, c.month) &&
         at.take("-") && at.number(2, c.year) && at.take(" ") && take_time(at, c) && take_zone(at);
}

// "Tue Jun 30 20:31:05 2026", after the weekday; a day below 10 has a space for its first digit
bool asctime(cursor at, civil& c) noexcept {
  if (!at.take(" ") || !take_month(at, c.month) || !at.take(" ")) return false;
  if (!(at.take(" ") ? at.number(1, c.day) : at.number(2, c.day))) return false;
  return at.take(" ") && take_time(at, c) && at.take(" ") && at.number(4, c.year) && at.at_end();
}

// a year that is named by its last two digits: the one that lies less than 50 years ahead of now
int whole_year(int two_digits, date now) noexcept {
  const auto day = std::chrono::floor<days>(std::clamp(now, first_date, last_date));
  const int this_year = static_cast<int>(std::chrono::year_month_day(day).year());
  int year = this_year - this_year % 100 + two_digits;
  if (year - this_year >= 50 && year >= 100) year -= 100;
  if (year - this_year < -50 && year < 9900) year += 100;
  return year;
}

}  // namespace

std::optional<date> parse_http_date(std::string_view text, date now) noexcept {
  for (const std::string_view weekday : weekdays) {
    civil c;
    cursor at(text);
    if (!at.take(weekday.substr(0, 3))) continue;
    if (imf_fixdate(at, c) || asctime(at, c)) return to_date(c);
    if (!at.take(weekday.substr(3)) || !rfc850(at, c)) return {};
    c.year = whole_year(c.year, now);
    return to_date(c);
  }
  return {};
}

std::string format_http_date(date when) {
  when = std::clamp(when, first_date, last_date);
  const auto day = std::chrono::floor<days>(when);
  const std::chrono::year_month_day ymd(day);
  const std::chrono::hh_mm_ss time(when - day);
  std::string out;
  out.reserve(29);
  const auto number = [&out](int value, int divisor) {
    for (; divisor > 0; divisor /= 10)
      out += static_cast<char>('0' + value / divisor % 10);
  };
  out += weekdays[std::chrono::weekday(day).c_encoding()].substr(0, 3);
  out += ", ";
  number(static_cast<int>(static_cast<unsigned>(ymd.day())), 10);
  out += ' ';
  out += months[static_cast<unsigned>(ymd.month()) - 1];
  out += ' ';
  number(static_cast<int>(ymd.year()), 1000);
  out += ' ';
  number(static_cast<int>(time.hours().count()), 10);
  out += ':';
  number(static_cast<int>(time.minutes().count()), 10);
  out += ':';
  number(static_cast<int>(time.seconds().count()), 10);
  return out += " GMT";
}

std::optional<date> parse_rfc3339(std::string_view text) noexcept {
  cursor at(text);
  civil c;
  if (!at.number(4, c.year) || !at.take("-") || !at.number(2, c.month) || !at.take("-") ||
      !at.number(2, c.day) || !(at.take("T") || at.take(" ")) || !take_time(at, c)) {
    return {};
  }
  bool round_up = false;
  if (at.take(".") && at.digits(round_up) == 0) return {};
  seconds offset{0};
  if (!at.take("Z")) {
    const bool west = at.take("-");
    int hour = 0, minute = 0;
    if (!(west || at.take("+")) || !at.number(2, hour) || !at.take(":") || !at.number(2, minute) ||
        hour > 23 || minute > 59) {
      return {};
    }
    offset = hours(hour) + minutes(minute);
    if (west) offset = -offset;
  }
  const auto local = to_date(c);
  if (!local || !at.at_end()) return {};
  return *local - offset + seconds(round_up ? 1 : 0);
}

}  // namespace reroute::http
