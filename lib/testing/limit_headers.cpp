// Headers about limits.
#include "testing/limit_headers.hpp"

#include "testing/fake_answers.hpp"

#include <cmath>
#include <string>

namespace reroute::testing {
namespace {

std::string_view family_of(limit_unit unit) {
  switch (unit) {
    case limit_unit::requests:
      return "requests";
    case limit_unit::input_tokens:
      return "input-tokens";
    default:
      return "output-tokens";
  }
}

const limit* tightest(const limiter& of, std::string_view family) {
  const limit* found = nullptr;
  for (const limit& each : of.all()) {
    if (each.rule().kind == limit_kind::at_once || family_of(each.rule().of) != family) continue;
    if (!found || each.left() < found->left()) found = &each;
  }
  return found;
}

std::string whole(double value, bool thousands) {
  const double rounded = thousands ? std::round(value / 1000) * 1000 : std::floor(value + 1e-6);
  return std::to_string(std::llround(rounded));
}

}  // namespace

void add_limit_headers(http::headers& to, const limiter& of,
                       std::chrono::system_clock::time_point wall, header_style style) {
  for (const std::string_view family : {"requests", "input-tokens", "output-tokens"}) {
    const limit* const told = tightest(of, family);
    if (!told) continue;
    const std::string prefix = "anthropic-ratelimit-" + std::string(family);
    const bool thousands = style.thousands && family != "requests";
    const auto full =
        wall + std::chrono::ceil<std::chrono::system_clock::duration>(told->until_full());
    to.set(prefix + "-limit", whole(told->size(), thousands));
    to.set(prefix + "-remaining", whole(told->left(), thousands));
    to.set(prefix + "-reset", rfc3339(std::chrono::ceil<std::chrono::seconds>(full)));
  }
}

}  // namespace reroute::testing
