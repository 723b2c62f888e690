// The heads in front of the shared bytes.
#include <reroute/message/encoded_request.hpp>

#include "tests/message/support.hpp"
#include "tests/support/catch.hpp"

using reroute::encoded_request;
using reroute::testing_message::refusal;

TEST_CASE("each route's model stands in front of the same bytes") {
  const encoded_request request("claude-opus-4-8", R"("max_tokens":1,"messages":[])", {"a", "b"});
  const reroute::http::body direct = request.body_for("claude-opus-4-8");
  const reroute::http::body azure = request.body_for("opus-prod");
  CHECK(direct.text() == R"({"model":"claude-opus-4-8","max_tokens":1,"messages":[]})");
  CHECK(azure.text() == R"({"model":"opus-prod","max_tokens":1,"messages":[]})");
  CHECK(direct.tail().data() == azure.tail().data());
  CHECK(request.model() == "claude-opus-4-8");
  CHECK(request.betas() == std::vector<std::string>{"a", "b"});
  CHECK(request.size() >= 30);
}

TEST_CASE("a body without a model takes members of the route") {
  const encoded_request request("m", R"("max_tokens":1)");
  CHECK(request.body_without_model().text() == R"({"max_tokens":1})");
  CHECK(request.body_without_model(R"("anthropic_version":"x")").text() ==
        R"({"anthropic_version":"x","max_tokens":1})");
}

TEST_CASE("a request without members is still JSON") {
  const auto request = GENERATE(encoded_request(), encoded_request("m", ""));
  CHECK(request.body_for("m").text() == R"({"model":"m"})");
  CHECK(request.body_without_model().text() == "{}");
  CHECK(request.body_without_model(R"("a":1)").text() == R"({"a":1})");
}

TEST_CASE("a model's name is escaped, and refused if it is not UTF-8") {
  const encoded_request request("m", R"("a":1)");
  CHECK(request.body_for("x\",\"stream\":true,\"y\":\"").text() ==
        R"({"model":"x\",\"stream\":true,\"y\":\"","a":1})");
  CHECK(refusal([&] { static_cast<void>(request.body_for("\xff")); }).find("name of the model") !=
        std::string::npos);
}
