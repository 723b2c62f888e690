// Stop reasons: an open set with names.
#include <reroute/message/message.hpp>

#include "tests/support/catch.hpp"

#include <sstream>

using reroute::message;
using reroute::stop_reason;

TEST_CASE("every documented stop reason is known by its name") {
  const auto [name, value] = GENERATE(table<std::string, stop_reason>(
      {{"end_turn", stop_reason::end_turn},
       {"max_tokens", stop_reason::max_tokens},
       {"stop_sequence", stop_reason::stop_sequence},
       {"tool_use", stop_reason::tool_use},
       {"pause_turn", stop_reason::pause_turn},
       {"refusal", stop_reason::refusal},
       {"model_context_window_exceeded", stop_reason::model_context_window_exceeded}}));
  const auto answer = message::parse(R"({"content":[],"stop_reason":")" + name + "\"}");
  REQUIRE(answer);
  CHECK(answer->stop_reason() == value);
  CHECK(answer->stop_reason_text() == name);
  CHECK(to_string(value) == name);
  std::ostringstream out;
  out << value;
  CHECK(out.str() == name);
}

TEST_CASE("a new stop reason is other, and keeps its text") {
  const auto answer = message::parse(R"({"content":[],"stop_reason":"tired"})");
  REQUIRE(answer);
  CHECK(answer->stop_reason() == stop_reason::other);
  CHECK(answer->stop_reason_text() == "tired");
  CHECK(to_string(stop_reason::other) == "other");
}

TEST_CASE("no stop reason is none") {
  const auto body =
      GENERATE(as<std::string>{}, R"({"content":[]})", R"({"content":[],"stop_reason":null})",
               R"({"content":[],"stop_reason":7})");
  const auto answer = message::parse(body);
  REQUIRE(answer);
  CHECK(answer->stop_reason() == stop_reason::none);
  CHECK(answer->stop_reason_text().empty());
  CHECK(to_string(stop_reason::none) == "none");
}
