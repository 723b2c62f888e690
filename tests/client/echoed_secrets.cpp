// A credential never shows, wherever a gateway echoes it; ids are bounded and on one line.
#include "tests/client/rig.hpp"
#include "tests/support/catch.hpp"

#include <sstream>

using reroute::category;
using tests::answer;
using tests::breaks;
using tests::line;
using tests::rig;
using tests::says;

namespace {

// what API Management's keys look like: no prefix gives them away
const std::string key = "3f2a9c0d4b1e48d7a6c5e2f10b9d8c7e";

std::string sent_key(const reroute::http::request& request) {
  return std::string(request.headers.find("x-api-key").value_or(""));
}

// one call over a route with that key; the lines may hold `KEY`
reroute::outcome outcome_of(const line& said) {
  rig r([](const auto&, std::size_t) { return answer(); });
  const auto stage = std::make_shared<tests::stage>(
      r.time, [&](const reroute::http::request& request, std::size_t) {
        line echo = said;
        for (std::string* text : {&echo.body, &echo.error.detail})
          if (const auto at = text->find("KEY"); at != std::string::npos)
            text->replace(at, 3, sent_key(request));
        return echo;
      });
  reroute::client_options options;
  options.routes = {
      reroute::azure_foundry({.resource = "contoso", .api_key = key, .transport = stage})};
  options.time = r.time;
  options.seed = 1;
  r.claude.emplace(r.io, std::move(options));
  return r.run().result;
}

std::string shown(const reroute::outcome& end) {
  std::ostringstream out;
  out << end << '\n' << end.error << '\n' << reroute::api_error({}, end).what();
  for (const reroute::attempt& each : end.attempts)
    out << '\n' << each.request_id << ' ' << each.error << ' ' << each.error.gateway_request_id;
  return out.str();
}

}  // namespace

TEST_CASE("a key that comes back in a body, a header or a transport's words is hidden") {
  const line lines[] = {
      says(401, R"({"statusCode":401,"message":"Access denied: key 'KEY' is not valid"})"),
      says(401, R"({"error":{"code":"no KEY","message":"no"}})"),
      says(401, "debug: x-api-key: KEY"),
      says(401, "<html><title>KEY</title></html>"),
      says(400, std::string(1010, 'x') + " KEY"),
      says(400, "", {{"request-id", "id-" + key}, {"apim-request-id", key}}),
      says(400, "", {{"apim-request-id", std::string(110, 'i') + key}}),
      says(200, R"({"type":"error","error":{"type":"api_error","message":"KEY"}})"),
      says(200, R"({"request_id":"KEY"})"),
  };
  for (const line& said : lines) {
    const auto end = outcome_of(said);
    INFO(said.body);
    CHECK(shown(end).find(key.substr(0, 8)) == std::string::npos);
    CHECK(end.error.category != category::ok);
  }
  line lost = breaks(reroute::errc::protocol_error, true);
  lost.error.detail = "cannot read KEY";
  const auto end = outcome_of(lost);
  CHECK(shown(end).find("cannot read [hidden]") != std::string::npos);
  CHECK(shown(end).find(key) == std::string::npos);
}

TEST_CASE("ids are bounded and on one line, in the story and in the message") {
  line said = answer();
  said.headers = {{"request-id", "red\xc2\x9b\xe2\x80\xae" + std::string(5000, 'r')}};
  const auto end = outcome_of(said);
  REQUIRE(end.answer);
  CHECK(end.attempts[0].request_id.size() <= 128);
  CHECK(end.attempts[0].request_id.starts_with("red r"));
  CHECK(end.answer->request_id() == end.attempts[0].request_id);
}
