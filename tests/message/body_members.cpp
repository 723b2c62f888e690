// The members of a body: order, arrays, objects, and changes that fail half-way.
#include "message/body_members.hpp"

#include "message/json_scan.hpp"
#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

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
  CHECK(!body.find("a"));
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
  CHECK(!body.find("a"));
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

namespace {

// the members as they stand in the text, found without the places that were noted
std::vector<std::pair<std::string, std::string>> read_back(const body_members& body) {
  std::vector<std::pair<std::string, std::string>> all;
  const std::string text = "{" + *body.tail();
  reroute::detail::json_scanner each(text);
  for (reroute::detail::raw_member next; each.next(next);)
    all.emplace_back(reroute::detail::key_name(next.key), next.value);
  return all;
}

}  // namespace

TEST_CASE("whatever is changed in whatever order, the text is the members") {
  std::minstd_rand random(GENERATE(range(1U, 40U)));
  const auto pick = [&random](std::size_t of) { return random() % of; };
  body_members body;
  std::vector<std::pair<std::string, std::string>> model;
  const auto at = [&model](const std::string& name) {
    return std::find_if(model.begin(), model.end(),
                        [&name](const auto& each) { return each.first == name; });
  };
  std::vector<std::shared_ptr<const std::string>> given;
  std::vector<std::string> as_given;
  for (int i = 0; i < 60; ++i) {
    const std::string name = std::string(1, "ab\"c\n"[pick(5)]);
    const std::string value = pick(2) == 0 ? "[]" : "[\"" + std::string(pick(30), 'x') + "\"]";
    const auto found = at(name);
    switch (pick(4)) {
      case 0:
        body.put(name, value);
        if (found == model.end()) {
          model.emplace_back(name, value);
        } else {
          found->second = value;
        }
        break;
      case 1:
        body.erase(name);
        if (found != model.end()) model.erase(found);
        break;
      case 2: {
        body.push(name, writes("7"));
        if (found == model.end()) {
          model.emplace_back(name, "[7]");
        } else {
          found->second.back() = ',';
          if (found->second == "[,") found->second = "[";
          found->second += "7]";
        }
        break;
      }
      default:
        given.push_back(body.tail());
        as_given.push_back(*given.back());
        if (pick(3) == 0) body = body_members(body);
    }
    CHECK(read_back(body) == model);
  }
  for (std::size_t i = 0; i < given.size(); ++i)
    CHECK(*given[i] == as_given[i]);
}

TEST_CASE("what is encoded is not copied, and what is changed then is") {
  body_members body;
  body.put("a", "[" + std::string(200, '1') + "]");
  const auto first = body.tail();
  CHECK(body.tail() == first);
  const body_members copy = body;
  CHECK(copy.tail() == first);
  body.push("a", writes("2"));
  CHECK(body.tail() != first);
  CHECK(copy.tail() == first);
  CHECK(*copy.find("a") == "[" + std::string(200, '1') + "]");
  CHECK(*body.find("a") == "[" + std::string(200, '1') + ",2]");
  // the small change has found room in the copy, which is not copied once more
  CHECK(body.tail() == body.tail());
}
