// The scanner over valid JSON text, and its manners over text that is not.
#include "message/json_scan.hpp"

#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <random>
#include <utility>
#include <vector>

using namespace reroute::detail;
namespace json = boost::json;

namespace {

std::vector<std::pair<std::string, std::string>> members_in(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> all;
  json_scanner scanner(text);
  for (raw_member each; scanner.next(each);)
    all.emplace_back(each.key, each.value);
  return all;
}

std::vector<std::string> elements_in(std::string_view text) {
  std::vector<std::string> all;
  json_scanner scanner(text);
  for (std::string_view each; scanner.next(each);)
    all.emplace_back(each);
  return all;
}

// a JSON value at random, with the characters in it that a scanner could trip over
json::value random_value(std::mt19937& random, int depth) {
  const std::vector<std::string> texts = {"", "\"", "\\", "\\\"", "}{][", ",:", "a\\\\", "й\n"};
  switch (random() % (depth > 0 ? 6U : 4U)) {
    case 0:
      return nullptr;
    case 1:
      return static_cast<std::int64_t>(random()) - 2'000'000'000;
    case 2:
      return 0.5;
    case 3:
      return json::string(texts[random() % texts.size()]);
    case 4: {
      json::array array;
      for (auto size = random() % 4; size > 0; --size)
        array.push_back(random_value(random, depth - 1));
      return array;
    }
    default: {
      json::object object;
      for (auto size = random() % 4; size > 0; --size)
        object[texts[random() % texts.size()]] = random_value(random, depth - 1);
      return object;
    }
  }
}

}  // namespace

TEST_CASE("members are viewed to the letter") {
  const auto all = members_in(" { \"a\" : 1.50 ,\n\"b\":[1, {\"c\":\"]\"}],\"d\\\"\":\"\\\\\" } ");
  REQUIRE(all.size() == 3);
  CHECK(all[0] == std::pair<std::string, std::string>("\"a\"", "1.50"));
  CHECK(all[1] == std::pair<std::string, std::string>("\"b\"", "[1, {\"c\":\"]\"}]"));
  CHECK(all[2] == std::pair<std::string, std::string>("\"d\\\"\"", "\"\\\\\""));
  CHECK(members_in("{}").empty());
  CHECK(members_in(" { } ").empty());
}

TEST_CASE("elements are viewed to the letter") {
  CHECK(elements_in("[1, \"a,]\" ,[[]],{\"b\":2},null]") ==
        std::vector<std::string>{"1", "\"a,]\"", "[[]]", "{\"b\":2}", "null"});
  CHECK(elements_in("[]").empty());
  CHECK(elements_in("[ \n]").empty());
}

TEST_CASE("values at random come apart as they were put together") {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    json::object object;
    for (const char* name : {"a", "b\"", "c\\"})
      object[name] = random_value(random, 4);
    const auto found = members_in(json::serialize(object));
    REQUIRE(found.size() == object.size());
    std::size_t i = 0;
    for (const auto& member : object) {
      CHECK(key_name(found[i].first) == std::string(member.key().data(), member.key().size()));
      REQUIRE(json::parse(found[i].second) == member.value());
      ++i;
    }
  }
}

TEST_CASE("keys are compared as they read, not as they are written") {
  CHECK(key_name("\"model\"") == "model");
  CHECK(key_name("\"mod\\u0065l\"") == "model");
  CHECK(key_name("\"\\\"\"") == "\"");
  CHECK(member_text(R"({"a":1,"\u0061":2,"b":3})", "a") == "2");
  CHECK(member_text(R"({"b":{"a":1}})", "a").empty());
}

TEST_CASE("a member is replaced, added and removed") {
  CHECK(with_member("{}", "a", "1") == R"({"a":1})");
  CHECK(with_member(R"({"a":1, "b" : 2})", "a", "3") == R"({"b":2,"a":3})");
  CHECK(with_member(R"({"a":1,"\u0061":4,"b":2})", "a", {}) == R"({"b":2})");
  CHECK(with_member(R"({"a":1})", "a", {}) == "{}");
}

TEST_CASE("text that is no JSON never leads outside, and always ends") {
  std::mt19937 random(11);
  const std::string alphabet = "{}[]\",:\\ a1";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto size = random() % 16; size > 0; --size)
      text += alphabet[random() % alphabet.size()];
    const std::vector<char> exact(text.begin(), text.end());  // ASan watches its end
    const std::string_view view(exact.data(), exact.size());
    CHECK(members_in(view).size() <= text.size());
    CHECK(elements_in(view).size() <= text.size());
  }
}
