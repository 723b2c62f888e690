// Envelopes at their limits; their ordinary forms are faces.
#include "error/envelope.hpp"

#include "error/text.hpp"
#include "tests/support/catch.hpp"

#include <string>

namespace {

using reroute::detail::envelope;
using reroute::detail::max_message_size;
using reroute::detail::read_envelope;

TEST_CASE("the most precise key is the route's own") {
  const envelope all = read_envelope(
      R"({"type":"error","error":{"type":"t","code":"c","details":{"error_code":"e"}},"request_id":"r"})");
  CHECK(all.error_code == "e");
  CHECK(all.code == "c");
  CHECK(all.type == "t");
  CHECK(all.key() == "e");
  CHECK(all.request_id == "r");
  CHECK(read_envelope(R"({"error":{"type":"t","code":"c"}})").key() == "c");
  CHECK(read_envelope(R"({"error":{"type":"t"}})").key() == "t");
  CHECK(read_envelope(R"({"error":{"type":"t","request_id":"inner"}})").request_id == "inner");
}

TEST_CASE("details that are a text are no details") {
  const envelope read = read_envelope(R"({"error":{"code":"c","details":"error_code"}})");
  CHECK(read.error_code.empty());
  CHECK(read.code == "c");
}

TEST_CASE("a message is at most 1 KiB and ends with a whole character") {
  std::string text;
  while (text.size() < 5'000)
    text += "\xf0\x9f\x98\x80";
  for (int shift = 0; shift < 4; ++shift) {
    const std::string padded = std::string(static_cast<std::size_t>(shift), 'a') + text;
    const std::string message =
        read_envelope(R"({"error":{"message":")" + padded + R"("}})").message;
    CHECK(message.size() <= max_message_size);
    CHECK(message.size() > max_message_size - 4);
    CHECK(padded.starts_with(message));
    CHECK((message.size() - static_cast<std::size_t>(shift)) % 4 == 0);
  }
}

TEST_CASE("a huge body costs little and says what it begins with") {
  const std::string tail(10'000'000, 'x');
  CHECK(read_envelope("plain " + tail).message.starts_with("plain xxx"));
  CHECK(read_envelope("plain " + tail).message.size() == max_message_size);
  const envelope json = read_envelope(R"({"error":{"code":"c","message":")" + tail + R"("}})");
  CHECK_FALSE(json.json);
  CHECK(json.message.size() == max_message_size);
  CHECK(read_envelope("<html>" + tail + "<title>late</title>").message.size() == max_message_size);
  CHECK(read_envelope(std::string(10'000'000, ' ')).message.empty());
}

TEST_CASE("deep nesting is no way to a stack overflow") {
  const std::string deep(60'000, '[');
  CHECK_FALSE(read_envelope(deep).json);
  std::string objects;
  for (int i = 0; i < 10'000; ++i)
    objects += R"({"error":)";
  CHECK_FALSE(read_envelope(objects).json);
  CHECK(read_envelope(R"({"error":{"details":{"a":{"b":{"c":1}},"error_code":"e"}}})").error_code ==
        "e");
}

TEST_CASE("keys are bounded too") {
  const std::string key(5'000, 'k');
  CHECK(read_envelope(R"({"error":{"code":")" + key + R"("},"request_id":")" + key + R"("})")
            .code.size() == 128);
}

TEST_CASE("JSON of another shape says nothing, whatever it holds") {
  const auto body =
      GENERATE("null", "true", "42", "-1.5e9", "[]", "[1]", "[null,{\"error\":1}]", "{}",
               R"({"assertion":"secret"})", R"({"error":12})", R"({"error":{"message":7.5}})");
  CAPTURE(body);
  const envelope read = read_envelope(body);
  CHECK(read.message.empty());
  CHECK(read.type.empty());
}

TEST_CASE("nothing, and nothing but white space, is nothing") {
  for (const char* body : {"", " ", "\r\n\t", "\xef\xbb\xbf", "\xef\xbb\xbf\r\n"}) {
    const envelope read = read_envelope(body);
    CHECK(read.key().empty());
    CHECK(read.message.empty());
    CHECK_FALSE(read.json);
  }
}

TEST_CASE("a page is its title, else its heading, else its text") {
  CHECK(read_envelope("<html><TITLE lang=en>\n Bad Gateway \n</TITLE><h1>no</h1>").message ==
        "Bad Gateway");
  CHECK(read_envelope("<title></title><h1>Sorry</h1>").message == "Sorry");
  CHECK(read_envelope("<title").message == "<title");
  CHECK(read_envelope("<title>cut").message == "<title>cut");
  CHECK(read_envelope("<Error><Code>X</Code></Error>").message == "<Error><Code>X</Code></Error>");
}

TEST_CASE("AWS's names lose what stands around them") {
  using reroute::detail::aws_error_name;
  CHECK(aws_error_name("ThrottlingException") == "ThrottlingException");
  CHECK(aws_error_name("ThrottlingException:http://internal.amazon.com/") == "ThrottlingException");
  CHECK(aws_error_name("com.amazonaws#ThrottlingException") == "ThrottlingException");
  CHECK(aws_error_name("") == "");
}

}  // namespace
