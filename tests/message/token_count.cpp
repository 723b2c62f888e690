// Token counts.
#include <reroute/message/token_count.hpp>

#include "tests/support/catch.hpp"

#include <limits>
#include <sstream>

using reroute::token_count;

TEST_CASE("a token count is read, whatever stands beside it") {
  const auto [body, tokens] = GENERATE(table<std::string, std::int64_t>(
      {{R"({"input_tokens":2095})", 2095},
       {R"( {"new":[1],"input_tokens":0,"context_management":null} )", 0},
       {R"({"input_tokens":12.0})", 12},
       {R"({"input_tokens":18446744073709551615})", std::numeric_limits<std::int64_t>::max()},
       {R"({"input_tokens":1e300})", std::numeric_limits<std::int64_t>::max()}}));
  CAPTURE(body);
  const auto count = token_count::parse(body);
  REQUIRE(count);
  CHECK(*count == token_count(tokens));
}

TEST_CASE("what is no token count is refused with a reason") {
  const auto body =
      GENERATE(as<std::string>{}, "", "<html>", "[]", "7", "{}", R"({"input_tokens":null})",
               R"({"input_tokens":"7"})", R"({"input_tokens":-1})", R"({"input_tokens":1.5})",
               R"({"input_tokens":7)", R"({"input_tokens":7}{)", R"({"type":"error"})");
  CAPTURE(body);
  std::string why;
  CHECK_FALSE(token_count::parse(body, &why));
  CHECK(why.substr(0, 3) == "it ");
  CHECK_FALSE(token_count::parse(body));
}

TEST_CASE("a token count prints") {
  std::ostringstream out;
  out << token_count(34);
  CHECK(out.str() == "34 input tokens");
}
