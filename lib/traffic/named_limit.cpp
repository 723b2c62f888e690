// The limit that a refusal names in words.
#include "traffic/named_limit.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <string>

namespace reroute::detail {
namespace {

constexpr double most = 1e12;

// in lower case, as ASCII has it, whatever the locale
std::string lowered(std::string_view text) {
  std::string made(text);
  std::transform(made.begin(), made.end(), made.begin(), http::lower);
  return made;
}

bool skip(std::string_view& text, std::string_view word) {
  if (!text.starts_with(word)) return false;
  text.remove_prefix(word.size());
  return true;
}

// 8000, 30,000 or 30 000
std::optional<double> number(std::string_view& text) {
  double value = 0;
  std::size_t digits = 0;
  while (!text.empty()) {
    const bool separator = text.size() > 3 && (text[0] == ',' || text[0] == ' ') &&
                           http::is_digit(text[1]) && http::is_digit(text[2]) &&
                           http::is_digit(text[3]) && digits > 0;
    if (http::is_digit(text[0])) {
      value = value * 10 + (text[0] - '0');
      ++digits;
    } else if (!separator) {
      break;
    }
    text.remove_prefix(1);
  }
  if (digits == 0 || value <= 0 || value > most) return std::nullopt;
  return value;
}

std::optional<limited> unit_of(std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (has("concurren")) return limited::at_once;
  if (has("output") && has("token")) return limited::output_tokens;
  if (has("input") && has("token")) return limited::input_tokens;
  if (has("request")) return limited::requests;
  return std::nullopt;
}

// "60s exceeded for UserByModelByMinuteOutputTokens."
std::optional<named_limit> foundry(double count, std::string_view rest) {
  const std::optional<double> seconds = number(rest);
  if (!seconds || !skip(rest, "s exceeded for ")) return std::nullopt;
  const std::string_view name = rest.substr(0, rest.find_first_of(". "));
  if (name.find("concurren") != std::string_view::npos)
    return named_limit{limited::at_once, count, 0};
  // a name that says nothing of tokens counts requests
  if (const auto of = unit_of(name)) return named_limit{*of, count, *seconds};
  if (name.find("token") != std::string_view::npos) return std::nullopt;
  return named_limit{limited::requests, count, *seconds};
}

// "input tokens per minute"
std::optional<named_limit> anthropic(double count, std::string_view rest) {
  const std::size_t per = rest.find(" per ");
  if (per == std::string_view::npos || per > 40) return std::nullopt;
  const auto of = unit_of(rest.substr(0, per));
  rest.remove_prefix(per + 5);
  if (!of || *of == limited::at_once) return std::nullopt;
  if (skip(rest, "minute")) return named_limit{*of, count, 60};
  if (skip(rest, "second")) return named_limit{*of, count, 1};
  if (skip(rest, "hour")) return named_limit{*of, count, 3600};
  return std::nullopt;
}

std::optional<named_limit> at_once(std::string_view text) {
  if (text.find("concurren") == std::string_view::npos) return std::nullopt;
  named_limit made{limited::at_once, 0, 0};
  if (const std::size_t at = text.find("limit: "); at != std::string_view::npos) {
    std::string_view rest = text.substr(at + 7);
    made.count = number(rest).value_or(0);
  }
  return made;
}

}  // namespace

std::optional<named_limit> find_named_limit(std::string_view message) {
  const std::string text = lowered(message);
  constexpr std::string_view opening = "rate limit of ";
  const std::size_t at = text.find(opening);
  if (at == std::string::npos) return at_once(text);
  std::string_view rest = std::string_view(text).substr(at + opening.size());
  const std::optional<double> count = number(rest);
  if (!count) return at_once(text);
  if (skip(rest, " per ")) return foundry(*count, rest);
  if (skip(rest, " ")) return anthropic(*count, rest);
  return std::nullopt;
}

}  // namespace reroute::detail
