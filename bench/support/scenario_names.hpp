// What scenario files call the values of enumerations.
#pragma once

#include <reroute/testing/scenario.hpp>

#include <string_view>
#include <utility>

namespace bench {

template <class Enum>
struct names_of;
template <>
struct names_of<reroute::testing::face> {
  using face = reroute::testing::face;
  static constexpr std::pair<std::string_view, face> all[] = {{"anthropic", face::anthropic},
                                                              {"azure", face::azure}};
};
template <>
struct names_of<reroute::testing::refusal_form> {
  using form = reroute::testing::refusal_form;
  static constexpr std::pair<std::string_view, form> all[] = {{"seconds", form::seconds},
                                                              {"http_date", form::http_date},
                                                              {"milliseconds", form::milliseconds},
                                                              {"text_only", form::text_only},
                                                              {"none", form::none}};
};
template <>
struct names_of<reroute::testing::scenario_event::kind> {
  using kind = reroute::testing::scenario_event::kind;
  static constexpr std::pair<std::string_view, kind> all[] = {{"quota", kind::quota},
                                                              {"fault", kind::fault},
                                                              {"silence", kind::silence},
                                                              {"neighbour", kind::neighbour},
                                                              {"reset", kind::reset}};
};
template <>
struct names_of<reroute::testing::limit_kind> {
  using kind = reroute::testing::limit_kind;
  static constexpr std::pair<std::string_view, kind> all[] = {
      {"bucket", kind::bucket},   {"gcra", kind::gcra},       {"window", kind::window},
      {"aligned", kind::aligned}, {"sliding", kind::sliding}, {"at_once", kind::at_once}};
};
template <>
struct names_of<reroute::testing::limit_unit> {
  using unit = reroute::testing::limit_unit;
  static constexpr std::pair<std::string_view, unit> all[] = {
      {"requests", unit::requests},
      {"input_tokens", unit::input_tokens},
      {"output_reserved", unit::output_reserved},
      {"output_generated", unit::output_generated}};
};

/// The name of a value.
template <class Enum>
[[nodiscard]] constexpr std::string_view name_of(Enum value) {
  for (const auto& [name, each] : names_of<Enum>::all)
    if (each == value) return name;
  return "?";
}

}  // namespace bench
