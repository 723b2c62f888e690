// Text into JSON strings: every byte at every place within the eight that are looked at together.
#include "message/quote.hpp"

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <random>

using reroute::detail::check_utf8;
using reroute::detail::quoted;
using reroute::testing_message::refusal;
namespace json = boost::json;

namespace {

std::string read_back(const std::string& text) {
  const json::value value = json::parse(text);
  return std::string(value.get_string().data(), value.get_string().size());
}

bool accepts(const std::string& text) {
  const bool by_check = refusal([&] { check_utf8(text, "x"); }) == "nothing";
  const bool by_quoting = refusal([&] { static_cast<void>(quoted(text, "x")); }) == "nothing";
  CHECK(by_check == by_quoting);
  return by_check;
}

// what Boost.JSON, an implementation of its own, says about these bytes inside a string
bool boost_accepts(const std::string& text) {
  boost::system::error_code bad;
  static_cast<void>(json::parse('"' + text + '"', bad));
  return !bad;
}

}  // namespace

TEST_CASE("plain text is quoted as it is") {
  CHECK(quoted("", "x") == R"("")");
  CHECK(quoted("Say hello.", "x") == R"("Say hello.")");
  CHECK(quoted("Привіт, 世界 🌍", "x") == "\"Привіт, 世界 🌍\"");
  CHECK(quoted("\x7f</script>", "x") == "\"\x7f</script>\"");
}

TEST_CASE("quotes, backslashes and control characters are escaped") {
  CHECK(quoted("a\"b\\c", "x") == R"("a\"b\\c")");
  CHECK(quoted("\b\f\n\r\t", "x") == R"("\b\f\n\r\t")");
  CHECK(quoted(std::string("\0\x01\x1f", 3), "x") == R"("\u0000\u0001\u001f")");
}

TEST_CASE("every ASCII byte survives at every place of a word") {
  for (int byte = 0; byte < 0x80; ++byte) {
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'a');
      text[place] = static_cast<char>(byte);
      CAPTURE(byte, place);
      REQUIRE(read_back(quoted(text, "x")) == text);
    }
  }
}

TEST_CASE("all characters of Unicode survive, and what is none is refused") {
  CHECK(accepts("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"));
  CHECK(accepts("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
  const auto text =
      GENERATE(as<std::string>{}, "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xe0\x9f\xbf",
               "\xed\xa0\x80", "\xe2\x82", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
               "\xf5\x80\x80\x80", "\xff", "\xc2 ", "\xf0\x9f\x92 ");
  for (std::size_t before = 0; before < 10; ++before) {
    CAPTURE(before);
    CHECK_FALSE(accepts(std::string(before, 'a') + text));
    CHECK_FALSE(accepts(std::string(before, 'a') + text + "aaaaaaaaaa"));
  }
}

TEST_CASE("bytes at random are judged as Boost.JSON judges them") {
  std::mt19937 random(20261021);
  const std::string alphabet = "a\x80\x8f\x9f\xa0\xbf\xc2\xdf\xe0\xe2\xed\xef\xf0\xf4\xf5";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    for (auto size = random() % 12; size > 0; --size)
      text += alphabet[random() % alphabet.size()];
    CAPTURE(text);
    REQUIRE(accepts(text) == boost_accepts(text));
  }
}

TEST_CASE("a refusal names the part and the byte, and never the text") {
  const std::string said = refusal([] { check_utf8("secret \xff", "the system text"); });
  CHECK(said ==
        "message_request: the system text is not valid UTF-8 at byte 7; convert it to UTF-8 first");
}
