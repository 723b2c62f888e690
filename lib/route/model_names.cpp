// Names of models are checked when they are given.
#include <reroute/route/model_names.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace reroute {
namespace {

[[noreturn]] void refuse(std::string_view asked, std::string_view problem) {
  throw std::invalid_argument("models: \"" + std::string(asked) + "\" " + std::string(problem));
}

bool has_control(std::string_view name) {
  return std::any_of(name.begin(), name.end(),
                     [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

void check(std::string_view asked, std::string_view here) {
  if (has_control(asked) || has_control(here))
    throw std::invalid_argument(
        "models: a name has a line break or another control character in it; remove it");
  if (asked.empty())
    refuse(here, "is listed as the name of a model without a name; give the name that calls use");
  if (here.empty())
    refuse(asked,
           "is listed without a name on this route; give it one, or leave it out to keep its own");
  if (http::trimmed(asked) != asked || http::trimmed(here) != here)
    refuse(asked, "or its name on this route has white space around it; remove it");
}

}  // namespace

model_names::model_names(std::initializer_list<std::pair<const std::string, std::string>> names) {
  for (const auto& [asked, here] : names) {
    check(asked, here);
    if (!names_.emplace(asked, here).second)
      refuse(asked, "is listed twice; a model has one name on a route");
  }
}

model_names& model_names::add(std::string asked, std::string here) {
  check(asked, here);
  names_.insert_or_assign(std::move(asked), std::move(here));
  return *this;
}

}  // namespace reroute
