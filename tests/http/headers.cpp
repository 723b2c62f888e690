// Header fields: names in any case, order kept, no injection, one arena that stays right.
#include <reroute/http/headers.hpp>

#include "tests/support/catch.hpp"

#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using Catch::Matchers::Contains;
using reroute::http::headers;

TEST_CASE("a field is found by its name in any case, and the first of several wins") {
  const headers fields{{"Retry-After", "20"}, {"X-A", "1"}, {"retry-after", "30"}};
  CHECK(fields.find("RETRY-AFTER") == "20");
  CHECK(fields.count("retry-After") == 2);
  CHECK(fields.contains("x-a"));
  CHECK_FALSE(fields.find("retry"));
  CHECK_FALSE(fields.contains("retry-after-ms"));
  CHECK(fields.count("") == 0);
}

TEST_CASE("fields keep their order and their spelling") {
  headers fields;
  CHECK(fields.empty());
  fields.add("B", "2").add("a", "1").add("B", "3");
  std::string all;
  for (const auto [name, value] : fields)
    all.append(name).append("=").append(value).append(";");
  CHECK(all == "B=2;a=1;B=3;");
  CHECK(fields.size() == 3);
  CHECK(fields[1] == headers::field{"a", "1"});
}

TEST_CASE("white space around a value is no part of it") {
  const headers fields{{"a", " \t x y\t "}, {"b", "   "}, {"c", ""}};
  CHECK(fields.find("a") == "x y");
  CHECK(fields.find("b") == "");
  CHECK(fields.find("c") == "");
}

TEST_CASE("a value cannot smuggle in another field") {
  headers fields{{"a", "1"}};
  const std::string value = GENERATE(as<std::string>(), "x\r\nevil: 1", "x\n", "\rx", "x\x01",
                                     "x\x7f", std::string("x\0y", 3), "\x1b[31m");
  CHECK_THROWS_AS(fields.add("b", value), std::invalid_argument);
  CHECK_THROWS_AS(fields.set("a", value), std::invalid_argument);
  CHECK(fields == headers{{"a", "1"}});
}

TEST_CASE("a name is a token") {
  headers fields;
  const std::string name = GENERATE(as<std::string>(), "", "a b", "a:", "a\r\n", "\xc3\xa4", "(a)",
                                    "a\"", "a\x7f", std::string("a\0", 2));
  CHECK_THROWS_AS(fields.add(name, "1"), std::invalid_argument);
  CHECK(fields.empty());
  CHECK(reroute::http::is_token("x-!#$%&'*+.^_`|~09AZ"));
}

TEST_CASE("a refused field is named, its value is not") {
  headers fields;
  CHECK_THROWS_WITH(fields.add("x-api-key", "sk-ant-secret\n"),
                    Contains("x-api-key") && Contains("newline") && !Contains("secret"));
  CHECK_THROWS_WITH(fields.add("bad\nname", "v"), Contains("bad?name"));
}

TEST_CASE("set replaces all fields of a name by one, where the first was") {
  headers fields{{"a", "1"}, {"b", "2"}, {"A", "3"}, {"c", "4"}};
  fields.set("a", "9");
  CHECK(fields == headers{{"a", "9"}, {"b", "2"}, {"c", "4"}});
  fields.set("d", "5");
  CHECK(fields == headers{{"a", "9"}, {"b", "2"}, {"c", "4"}, {"d", "5"}});
}

TEST_CASE("remove takes all fields of a name and closes the gap") {
  headers fields{{"a", "1"}, {"b", "22"}, {"A", "333"}, {"c", ""}};
  fields.remove("A");
  CHECK(fields == headers{{"b", "22"}, {"c", ""}});
  fields.add("d", "4").remove("nothing").remove("b").remove("d");
  CHECK(fields == headers{{"c", ""}});
  fields.clear();
  CHECK(fields.empty());
  fields.add("e", "5");
  CHECK(fields.find("e") == "5");
}

TEST_CASE("views into the headers may be given back to them") {
  headers fields{{"a", "a value that is longer than any small string"}, {"b", "2"}};
  for (int i = 0; i < 10; ++i)
    fields.add(fields[0].name, fields[0].value);
  CHECK(fields.count("a") == 11);
  CHECK(fields[11].value == "a value that is longer than any small string");
  fields.set(fields[1].name, fields[0].value);
  CHECK(fields.find("b") == "a value that is longer than any small string");
  fields.remove(fields[0].name);
  CHECK(fields.size() == 1);
  CHECK(fields.find("b") == "a value that is longer than any small string");
}

TEST_CASE("headers are equal by content, names in any case, order counts") {
  CHECK(headers{{"a", "1"}, {"b", "2"}} == headers{{"A", "1"}, {"B", "2"}});
  CHECK_FALSE(headers{{"a", "1"}, {"b", "2"}} == headers{{"b", "2"}, {"a", "1"}});
  CHECK_FALSE(headers{{"a", "x"}} == headers{{"a", "X"}});
  CHECK_FALSE(headers{{"a", "1"}} == headers{});
}

TEST_CASE("any sequence of changes leaves what a plain list would hold") {
  std::mt19937 random(20260630);
  headers fields;
  std::vector<std::pair<std::string, std::string>> list;
  for (int step = 0; step < 5'000; ++step) {
    const std::string name(1 + random() % 3, static_cast<char>('a' + random() % 4));
    const std::string value(random() % 40, static_cast<char>('0' + random() % 10));
    const auto same = [&](const auto& f) { return f.first == name; };
    switch (random() % 4) {
      case 0: {
        fields.remove(name);
        std::erase_if(list, same);
        break;
      }
      case 1: {
        fields.set(name, value);
        const auto first = std::find_if(list.begin(), list.end(), same);
        if (first == list.end()) {
          list.emplace_back(name, value);
        } else {
          first->second = value;
          list.erase(std::remove_if(first + 1, list.end(), same), list.end());
        }
        break;
      }
      default:
        fields.add(name, value);
        list.emplace_back(name, value);
    }
    REQUIRE(fields.size() == list.size());
    for (std::size_t i = 0; i < list.size(); ++i) {
      REQUIRE(fields[i].name == list[i].first);
      REQUIRE(fields[i].value == list[i].second);
    }
  }
}

}  // namespace

TEST_CASE("fields with a secret in them are copied, moved, changed and cleared like others") {
  reroute::http::headers made;
  made.add("accept", "json").add_secret("x-api-key", "key-1");
  reroute::http::headers copy = made;
  CHECK(copy == made);
  copy.set("accept", "text").remove("x-api-key");
  CHECK_FALSE(copy.contains("x-api-key"));
  CHECK(copy.find("accept") == "text");
  copy = made;
  CHECK(copy.find("x-api-key") == "key-1");
  const reroute::http::headers moved = std::move(copy);
  CHECK(moved == made);
  made.clear();
  CHECK(made.empty());
  made.add("a", "b");
  CHECK(made.find("a") == "b");
  CHECK_THROWS_AS(made.add_secret("x-api-key", "line\n"), std::invalid_argument);
}
