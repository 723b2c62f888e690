// Model names per route.
#include <reroute/route/model_names.hpp>

#include "tests/support/catch.hpp"

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
