// The fake takes request bodies in gzip as the API does: bounded, and with its words for what is wrong.
#include "tests/support/gzip.hpp"
#include "tests/testing/raw_client.hpp"

#include <string>

using namespace tests;
using reroute::testing::gzip;

namespace {

heard ask(world& w, const fakes::fake_route& route, const std::string& coding,
          const std::string& body) {
  wire_request request;
  request.fields += "content-encoding: " + coding + "\r\n";
  request.body = body;
  return w.ask(route, request);
}

}  // namespace

TEST_CASE("a body in gzip is read like any other") {
  world w;
  auto options = with_face(GENERATE(fakes::face::anthropic, fakes::face::azure));
  options.reply_to = [](const std::string& request) { return request; };
  const auto route = w.fake.add_route(options);
  const std::string plain = wire_request().body;
  const heard got = ask(w, route, "gzip", gzip(plain));
  CHECK(got.status == 200);
  CHECK(got.body.find("max_tokens") != std::string::npos);
  CHECK(route.last_request()->body == plain);
  CHECK(route.log().gzipped == 1);
  CHECK(ask(w, route, "identity", plain).status == 200);
  CHECK(route.log().gzipped == 1);
}

TEST_CASE("a body that is no gzip, not all of it, or more than it, is told in the API's words") {
  const std::string whole = gzip(wire_request().body);
  const std::string body = GENERATE_COPY(wire_request().body, whole.substr(0, whole.size() - 1),
                                         whole + "x", whole + gzip("{}"), std::string());
  world w;
  const auto route = w.fake.add_route(with_face(fakes::face::anthropic));
  const heard got = ask(w, route, "gzip", body);
  CHECK(got.status == 400);
  CHECK(got.body.find(R"("details":{"error_code":"request_body_encoding_invalid"})") !=
        std::string::npos);
  CHECK(route.log().rejected == 1);
}

TEST_CASE("a coding that is not known is told, and a bomb is too large") {
  world w;
  auto options = with_face(fakes::face::anthropic);
  options.max_body = 100'000;
  const auto route = w.fake.add_route(options);
  const heard unknown = ask(w, route, "br", "x");
  CHECK(unknown.status == 400);
  CHECK(unknown.body.find("request_body_encoding_unsupported") != std::string::npos);
  CHECK(ask(w, route, "gzip", gzip(std::string(10'000'000, ' '))).status == 413);
}
