// Open JSON: members that pass through, existing bodies, and the encoding for each endpoint.
#include <reroute/message/message_request.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

#include <boost/json.hpp>

#include <cmath>
#include <limits>

using reroute::message_request;
using reroute::operation;
using reroute::testing_message::bare;
using reroute::testing_message::body_of;
using reroute::testing_message::refusal;
namespace json = boost::json;

TEST_CASE("an existing body passes through to the letter") {
  const std::string rest =
      R"("stop_sequences":[],"max_tokens":5,"messages":[ {"role":"user","content":"a\u00e9\/"} ],)"
      R"("big":123456789012345678901234567890,"small":-0.10e-3,"future":{"x":[null,true]})";
  CHECK(body_of(message_request::from_json("\n{\"model\":\"m\"," + rest + "} ")) ==
        R"({"model":"m",)" + rest + "}");
  CHECK(body_of(message_request::from_json("{" + rest + R"(,"\u006dodel":"m\u0065"})")) ==
        R"({"model":"me",)" + rest + "}");
}

TEST_CASE("an existing body grows like any other") {
  auto request = message_request::from_json(
      R"({"model":"m","messages":[ {"role":"user","content":"a"} ],"max_tokens":1,)"
      R"("output_config":{"effort":"low","new":1}})");
  request.assistant("b").max_tokens(2).effort("high");
  CHECK(body_of(request) == R"({"model":"m","messages":[ {"role":"user","content":"a"},)"
                            R"({"role":"assistant","content":"b"}],"max_tokens":2,)"
                            R"("output_config":{"new":1,"effort":"high"}})");
}

TEST_CASE("a JSON object makes a request") {
  const json::object body = {
      {"model", "m"}, {"max_tokens", 1}, {"big", 18446744073709551615U}, {"x", 0.1}};
  CHECK(body_of(message_request::from_json(body)) ==
        R"({"model":"m","max_tokens":1,"big":18446744073709551615,"x":1E-1})");
}

TEST_CASE("the stream is decided by the call") {
  CHECK(body_of(message_request::from_json(R"({"model":"m","stream":false})")) ==
        R"({"model":"m"})");
  CHECK(body_of(message_request::from_json(R"({"stream":null,"model":"m"})")) ==
        R"({"model":"m"})");
  const auto body = GENERATE(as<std::string>{}, R"({"model":"m","stream":true})",
                             R"({"model":"m","\u0073tream": true})", R"({"model":"m","stream":1})");
  CHECK(refusal([&] { static_cast<void>(message_request::from_json(body)); }) ==
        "message_request: the body asks for \"stream\"; take it out, the call decides it");
}

TEST_CASE("a body that is none is refused by its fault") {
  const auto refused = [](const std::string& body) {
    return refusal([&] { static_cast<void>(message_request::from_json(body)); });
  };
  const std::string prefix = "message_request: ";
  CHECK(refused("") ==
        prefix + "the body cannot be sent: it is not JSON: incomplete JSON at byte 0");
  CHECK(refused("{\"model\":\"m\"} {}") ==
        prefix + "the body cannot be sent: it is not JSON: extra data at byte 14");
  CHECK(refused("[]") == prefix + "the body must be a JSON object");
  CHECK(refused("{}") == prefix + "the body has no \"model\"");
  CHECK(refused(R"({"model":7})") == prefix + "\"model\" in the body must be a string");
  CHECK(refused(R"({"model":""})").find("the model is empty") != std::string::npos);
  CHECK(refused(R"({"model":"m","model":"m"})") ==
        prefix + "member \"model\" stands twice in the body; keep one");
  CHECK(refused(R"({"model":"m","a":1,"\u0061":1})") ==
        prefix + "member \"a\" stands twice in the body; keep one");
  CHECK(refused("{\"model\":\"m\",\"a\":\"\xff\"}").find("cannot be sent") != std::string::npos);
  const std::string bomb(100'000, '[');
  CHECK(
      refused("{\"model\":\"m\",\"a\":" + bomb).find("cannot be sent: it is not JSON: too deep") !=
      std::string::npos);
}

TEST_CASE("members that would break the body are refused by their name") {
  auto request = bare();
  CHECK(refusal([&] { request.set("model", "x"); }) ==
        "message_request: \"model\" cannot be set: give the model to the constructor");
  CHECK(refusal([&] { request.set_json("stream", "true"); }) ==
        "message_request: \"stream\" cannot be set: the call decides it, create() or stream()");
  CHECK(refusal([&] { request.set("", 1); }) == "message_request: a member needs a name");
  CHECK(refusal([&] { request.set("\xff", 1); }).find("a member's name") != std::string::npos);
  CHECK(refusal([&] { request.set_json("a", "1,\"stream\":true"); }) ==
        "message_request: member \"a\" cannot be sent: it is not JSON: extra data at byte 1");
  CHECK(refusal([&] { request.set_json("a", ""); }).find("incomplete JSON") != std::string::npos);
  const std::string unsent = "message_request: member \"a\" cannot be sent: ";
  CHECK(refusal([&] { request.set("a", json::string("\xff")); }) ==
        unsent + "a string is not valid UTF-8");
  CHECK(refusal([&] {
          request.set("a", {{"\xff", 1}});
        }) == unsent + "a member's name is not valid UTF-8");
  CHECK(refusal([&] { request.set("a", std::numeric_limits<double>::infinity()); }) ==
        unsent + "JSON has no infinite numbers");
  CHECK(refusal([&] { request.set("a", std::nan("")); }) == unsent + "JSON has no NaN");
  CHECK(refusal([&] {
          request.set("a", {{"b", json::array{0, json::object{{"c", std::nan("")}}}}});
        }) == unsent + "JSON has no NaN (at /b/1/c)");
  json::value deep = 1;
  for (int i = 0; i < 257; ++i)
    deep = json::array{std::move(deep)};
  CHECK(refusal([&] { request.set("a", deep); }) == unsent + "it is nested deeper than 256 levels");
  CHECK(request == bare());
}

TEST_CASE("a member's name is escaped, not trusted") {
  CHECK(body_of(bare().set("a\":1,\"stream", true)) == R"({"model":"m","a\":1,\"stream":true})");
}

TEST_CASE("numbers pass through unchanged") {
  CHECK(body_of(bare().set_json("a", "123456789012345678901234567890.10E+3")) ==
        R"({"model":"m","a":123456789012345678901234567890.10E+3})");
  CHECK(body_of(bare().set("a", 18446744073709551615U)) ==
        R"({"model":"m","a":18446744073709551615})");
  CHECK(body_of(bare().set("a", std::numeric_limits<std::int64_t>::min())) ==
        R"({"model":"m","a":-9223372036854775808})");
  const double value = 0.1 + 0.2;
  const json::value back = json::parse(body_of(bare().set("a", value)));
  CHECK(std::abs(back.at("a").as_double() - value) <= 1e-16);
}

TEST_CASE("count_tokens keeps what shapes the prompt, and what nobody documents") {
  auto request = message_request("m").max_tokens(1).user("a");
  request.system("s").tool("t", "", "{}").tool_choice("auto").adaptive_thinking().cache();
  request.effort("low").set("speed", "fast").set("future", 1);
  const std::string counted = body_of(request, operation::count_tokens);
  request.user_id("u").stop_sequence("x").temperature(1).top_p(1).top_k(1).service_tier("auto");
  request.set("container", "c").set("inference_geo", "eu").set("diagnostics", {{"a", 1}});
  CHECK(body_of(request, operation::count_tokens) == counted);
  CHECK(counted == R"({"model":"m","messages":[{"role":"user","content":"a"}],"system":"s",)"
                   R"("tools":[{"name":"t","input_schema":{}}],"tool_choice":{"type":"auto"},)"
                   R"("thinking":{"type":"adaptive"},"cache_control":{"type":"ephemeral"},)"
                   R"("output_config":{"effort":"low"},"speed":"fast","future":1})");
  CHECK(request.json().size() == 20);
}

TEST_CASE("a large text goes through whole") {
  std::string text;
  for (int i = 0; text.size() < 200'000; ++i)
    text += "line " + std::to_string(i) + " says \"так\"\n";
  const json::value back = json::parse(body_of(bare().user(text)));
  CHECK(back.at("messages").at(0).at("content").as_string() == text);
}

TEST_CASE("parts of the greatest depth still read back") {
  const std::string deep = std::string(256, '[') + std::string(256, ']');
  const auto request = bare().set_json("a", deep);
  CHECK(body_of(request) == R"({"model":"m","a":)" + deep + "}");
  CHECK(request.json().contains("a"));
  CHECK(refusal([&] {
          static_cast<void>(bare().set_json("a", "[" + deep + "]"));
        }).find("too deep") != std::string::npos);
}
