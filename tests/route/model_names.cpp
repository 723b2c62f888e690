// Model names per route.
#include <reroute/route/model_names.hpp>

#include "tests/route/refused.hpp"

#include <string>
#include <utility>

TEST_CASE("a listed model has the route's name, another keeps its own") {
  reroute::model_names names{{"claude-opus-4-8", "opus-prod"}};
  CHECK(names.on_route("claude-opus-4-8") == "opus-prod");
  CHECK(names.on_route("claude-opus-4") == "claude-opus-4");
  CHECK(names.on_route("") == "");
  names.add("claude-opus-4-8", "opus-next").add("b", "c");
  CHECK(names.on_route("claude-opus-4-8") == "opus-next");
  CHECK(names.on_route("b") == "c");
  CHECK_FALSE(names.empty());
  CHECK(reroute::model_names().empty());
}

TEST_CASE("a name that no model can have is refused with the pair and the cure") {
  using Catch::Matchers::Contains;
  using pairs = std::initializer_list<std::pair<const std::string, std::string>>;
  const auto problem = [](pairs names) {
    return reroute::refused([&] { (void)reroute::model_names(names); });
  };
  CHECK_THAT(problem({{"claude-opus-4-8", ""}}),
             Contains("models: \"claude-opus-4-8\"") && Contains("leave it out"));
  CHECK_THAT(problem({{"", "opus-prod"}}), Contains("models: \"opus-prod\""));
  CHECK_THAT(problem({{"a", "b"}, {"a", "c"}}), Contains("models: \"a\" is listed twice"));
  CHECK_THAT(problem({{"a", "b\n"}}), Contains("control character"));
  CHECK_THAT(problem({{"a\x01", "b"}}), Contains("control character"));
  CHECK_THAT(problem({{"a", " b"}}), Contains("white space"));
  CHECK_THAT(problem({{"a ", "b"}}), Contains("white space"));
  CHECK_THAT(reroute::refused([] { reroute::model_names().add("a", ""); }), Contains("\"a\""));
}
