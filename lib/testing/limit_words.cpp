// The sentences by which refusals name a limit.
#include "testing/limit_words.hpp"

#include <algorithm>
#include <cmath>

namespace reroute::testing {
namespace {

using seconds = std::chrono::duration<double>;

std::string digits(double value) { return std::to_string(std::llround(std::max(1.0, value))); }

// 30,000
std::string grouped(double value) {
  std::string made = digits(value);
  for (std::size_t at = made.size(); at > 3;)
    made.insert(at -= 3, 1, ',');
  return made;
}

std::string azure_name(const limit_rule& of) {
  if (of.kind == limit_kind::at_once) return "UserConcurrentRequests";
  switch (of.of) {
    case limit_unit::requests:
      return "UserByModelByMinuteRequests";
    case limit_unit::input_tokens:
      return "UserByModelByMinuteUncachedInputTokens";
    default:
      return "UserByModelByMinuteOutputTokens";
  }
}

std::string anthropic_name(limit_unit of) {
  switch (of) {
    case limit_unit::requests:
      return "requests";
    case limit_unit::input_tokens:
      return "input tokens";
    default:
      return "output tokens";
  }
}

}  // namespace

std::string limit_sentence(face wearing) {
  return wearing == face::azure ? "Rate limit is exceeded."
                                : "This request would exceed your organization's rate limit.";
}

std::string limit_sentence(face wearing, const limit_rule& of, told_as how) {
  if (how.times <= 0) return limit_sentence(wearing);
  const bool at_once = of.kind == limit_kind::at_once;
  const seconds own = of.per;
  const seconds told = how.per.count() > 0 ? seconds(how.per) : own;
  const double amount = of.amount * how.times;
  std::string made;
  if (wearing == face::azure) {
    made.append("Rate limit of ").append(digits(at_once ? amount : amount * (told / own)));
    made.append(" per ").append(at_once ? "0" : digits(told.count()));
    return made.append("s exceeded for ").append(azure_name(of)).append(".");
  }
  made.append("This request would exceed your organization's rate limit of ");
  if (at_once) return made.append(grouped(amount)).append(" concurrent requests.");
  made.append(grouped(amount * (seconds(60) / own))).append(" ").append(anthropic_name(of.of));
  return made.append(" per minute.");
}

}  // namespace reroute::testing
