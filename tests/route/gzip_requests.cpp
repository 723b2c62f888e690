// Requests in gzip: which routes send them so, and what they share.
#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>

#include "tests/route/requests.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/gunzip.hpp"

#include <string>

using namespace reroute;
using reroute::testing::gunzip;

namespace {

http::request written_by(const route& on, const encoded_request& asked,
                         operation op = operation::create) {
  const write_context context{op, asked, on.models.on_route(asked.model()), on.credential.type(),
                              on.credential.token().secret()};
  return on.write(context);
}

const encoded_request large("claude", R"("messages":")" + std::string(5000, 'x') + '"');

}  // namespace

TEST_CASE("two routes in gzip share the packed bytes, and differ in the model") {
  const auto direct = written_by(anthropic({.api_key = "k", .gzip_requests_above = 4000}), large);
  const auto azure = written_by(azure_foundry({.resource = "contoso",
                                               .api_key = "k",
                                               .models = {{"claude", "opus-prod"}},
                                               .gzip_requests_above = 1}),
                                large);
  for (const http::request* each : {&direct, &azure}) {
    CHECK(each->headers.find("content-encoding") == "gzip");
    CHECK(each->headers.find("content-type") == "application/json");
  }
  CHECK(gunzip(direct.body.text()) == large.body_for("claude").text());
  CHECK(gunzip(azure.body.text()) == large.body_for("opus-prod").text());
  CHECK(direct.body.tail().data() == azure.body.tail().data());
}

TEST_CASE("what is not above the threshold, or has none, goes as it is") {
  const std::size_t above = GENERATE(0u, 1'000'000u, 5022u);
  const auto plain = written_by(anthropic({.api_key = "k", .gzip_requests_above = above}), large);
  CHECK_FALSE(plain.headers.contains("content-encoding"));
  CHECK(plain.body.text() == large.body_for("claude").text());
}

TEST_CASE("counting tokens packs as asking does") {
  const auto asked = written_by(anthropic({.api_key = "k", .gzip_requests_above = 1}), large,
                                operation::count_tokens);
  CHECK(asked.headers.find("content-encoding") == "gzip");
}
