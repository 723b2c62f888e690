// Provider text: one line, whole characters, no credential.
#include "error/text.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace {

using reroute::detail::one_line;

TEST_CASE("control characters and line ends of every kind become one space") {
  CHECK(one_line("a\r\n\tb") == "a b");
  CHECK(one_line("a\x1b[2Jb\x7f") == "a [2Jb");
  CHECK(one_line("a\xc2\x85"
                 "b\xe2\x80\xa8"
                 "c\xe2\x80\xae"
                 "d\xe2\x81\xa6"
                 "e") == "a b c d e");
  CHECK(one_line(std::string("a\0b", 3)) == "a b");
  CHECK(one_line("  a  ") == "a");
}

TEST_CASE("letters of every length stay") {
  const std::string text =
      "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\xef\xbf\xbd\xf4\x8f\xbf\xbf\xc2\xa0";
  CHECK(one_line(text) == text);
}

TEST_CASE("what is no UTF-8 is shown as such") {
  CHECK(one_line("\x80") == "?");
  CHECK(one_line("a\xc3") == "a?");
  CHECK(one_line("\xc0\xaf") == "??");            // overlong
  CHECK(one_line("\xe0\x80\xaf") == "???");       // overlong
  CHECK(one_line("\xed\xa0\x80") == "???");       // a surrogate
  CHECK(one_line("\xf4\x90\x80\x80") == "????");  // beyond Unicode
  CHECK(one_line("\xf0\x80\x80\x80") == "????");  // overlong
  CHECK(one_line("\xe2\x82") == "??");            // cut
  CHECK(one_line("\xff\xfe") == "??");
  CHECK(one_line("\x9b"
                 "31m") == "?31m");  // an escape sequence of 8-bit terminals
}

TEST_CASE("a cut is between characters, and never beyond the limit") {
  const std::string text = "a\xe2\x82\xac\xf0\x9f\x98\x80z";
  const std::size_t whole[] = {0, 1, 1, 1, 4, 4, 4, 4, 8, 9};
  for (std::size_t limit = 0; limit < std::size(whole); ++limit) {
    CHECK(one_line(text, limit) == text.substr(0, whole[limit]));
  }
}

TEST_CASE("keys and tokens are taken out, words that only begin like them are not") {
  CHECK(one_line("key sk-ant-api03-AAAABBBBCCCC_dddd.") == "key [redacted]");
  CHECK(one_line("Bearer eyJhbGciOiJSUzI1NiJ9.e30.c2ln!") == "Bearer [redacted]!");
  CHECK(one_line("{\"k\":\"sk-ant-oat01-AAAABBBB\"}") == "{\"k\":\"[redacted]\"}");
  CHECK(one_line("sk-short, eyJ") == "sk-short, eyJ");
  CHECK(one_line("task-is-a-rather-long-word") == "task-is-a-rather-long-word");
}

}  // namespace
