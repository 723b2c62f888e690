// The members of a body: order, arrays, objects, and changes that fail half-way.
#include "message/body_members.hpp"

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

using reroute::detail::body_members;
using reroute::testing_message::refusal;

namespace {

auto writes(std::string text) {
  return [text](std::string& out) { out += text; };
}

}  // namespace

TEST_CASE("a member that is set again keeps its place") {
  body_members body;
  body.put("a", "1");
  body.put("b", "2");
  body.put("a", "3");
  CHECK(body.all() == std::vector<body_members::member>{{"a", "3"}, {"b", "2"}});
  body.erase("a");
  body.erase("none");
  CHECK(body.all() == std::vector<body_members::member>{{"b", "2"}});
  CHECK(body.find("a") == nullptr);
}

TEST_CASE("an array grows from nothing, from empty ones and from full ones") {
  const auto [before, after] = GENERATE(table<std::string, std::string>(
      {{"", "[7]"}, {"[]", "[7]"}, {"[ \n]", "[7]"}, {"[1 ]", "[1,7]"}, {"[[],[]]", "[[],[],7]"}}));
  CAPTURE(before);
  body_members body;
  if (!before.empty()) body.put("a", before);
  body.push("a", writes("7"));
  CHECK(*body.find("a") == after);
}

TEST_CASE("a failed push leaves the array as it was") {
  const auto fails = [](std::string& out) {
    out += "half of";
    throw std::runtime_error("no");
  };
  body_members body;
  CHECK_THROWS_AS(body.push("a", fails), std::runtime_error);
  CHECK(body.find("a") == nullptr);
  body.push("a", writes("1"));
  CHECK_THROWS_AS(body.push("a", fails), std::runtime_error);
  CHECK(*body.find("a") == "[1]");
  body.push("a", writes("2"));
  CHECK(*body.find("a") == "[1,2]");
}

TEST_CASE("an object gains, replaces and loses members") {
  body_members body;
  body.put_in("o", "x", "1");
  body.put_in("o", "y", "2");
  body.put_in("o", "x", "3");
  CHECK(*body.find("o") == R"({"y":2,"x":3})");
  body.put_in("o", "y", "");
  CHECK(*body.find("o") == R"({"x":3})");
}

TEST_CASE("what is no array or object is not taken for one") {
  body_members body;
  body.put("a", "\"text\"");
  CHECK(refusal([&] { body.push("a", writes("1")); }) ==
        "message_request: a is not an array; set it as a whole");
  CHECK(refusal([&] { body.put_in("a", "x", "1"); }) ==
        "message_request: a is not an object; set it as a whole");
  CHECK(*body.find("a") == "\"text\"");
}
