// Every face in tests/faces, read by both routes' resolvers.
#include "tests/error/face.hpp"
#include "tests/support/catch.hpp"

#include <set>
#include <string>

namespace {

reroute::normalized_error judge(const faces::face& seen, const reroute::error_resolver& resolver,
                                const std::string& route) {
  if (seen.event.empty()) return resolver(seen.response, seen.now);
  const std::string data = faces::event_data(seen.response.body, seen.event);
  REQUIRE_FALSE(data.empty());
  return reroute::resolve_error_event(route, data, seen.now);
}

TEST_CASE("every face is read as its sidecar says, by both routes") {
  const auto files = faces::list_faces();
  REQUIRE(files.size() >= 123);
  for (const auto& file : files) {
    const faces::face seen = faces::read_face(file);
    if (seen.truncated) continue;
    for (const std::string route : {"anthropic", "azure"}) {
      DYNAMIC_SECTION(seen.name << " by " << route) {
        auto options = seen.options;
        options.route = route;
        const auto resolver = route == "azure" ? reroute::azure_foundry_resolver(options)
                                               : reroute::anthropic_resolver(options);
        const auto error = judge(seen, resolver, route);
        CHECK(faces::text_of(faces::reading_of(error, seen.response.status)) ==
              faces::text_of(faces::expected_for(seen, route)));
        CHECK(error.route == route);
        CHECK_FALSE(error.sent);
        CHECK_FALSE(error.cause);
        CHECK(to_error_code(error) == error.category);
      }
    }
  }
}

TEST_CASE("a stream that ends without its end has no error event to be judged by") {
  int truncated = 0;
  for (const auto& file : faces::list_faces()) {
    const faces::face seen = faces::read_face(file);
    if (!seen.truncated) continue;
    ++truncated;
    CAPTURE(seen.name);
    CHECK(faces::event_data(seen.response.body, "error").empty());
    CHECK(faces::event_data(seen.response.body, "message_stop").empty());
    CHECK_FALSE(faces::event_data(seen.response.body, "message_start").empty());
  }
  CHECK(truncated == 1);
}

TEST_CASE("the fact sheet's fixtures and envelopes are all there") {
  std::set<std::string> begins;
  for (const auto& file : faces::list_faces()) {
    const std::string name = file.stem().string();
    begins.insert(name.substr(0, name.find('_')));
    if (name.starts_with("envelope_")) begins.insert(name.substr(0, 10));
  }
  for (const char* wanted : {"f01",        "f02",        "f03",        "f04",        "f05",
                             "f06",        "f07",        "f08",        "f09",        "f10",
                             "f11",        "f12",        "f12b",       "f12c",       "f12d",
                             "f13",        "f14",        "f15",        "f16",        "f17",
                             "f18",        "envelope_a", "envelope_b", "envelope_c", "envelope_d",
                             "envelope_e", "envelope_g"}) {  // envelope F is f08
    CAPTURE(wanted);
    CHECK(begins.contains(wanted));
  }
}

// A gateway may send any face with its lines ended either way, and a resolver may be asked at any time.
TEST_CASE("no face is read otherwise for the white space around its body") {
  for (const auto& file : faces::list_faces()) {
    const faces::face seen = faces::read_face(file);
    if (seen.truncated || !seen.event.empty()) continue;
    auto padded = seen.response;
    padded.body = "\r\n \t" + padded.body + "\r\n\r\n";
    if (seen.response.body.starts_with("\xef\xbb\xbf")) continue;
    const auto resolver = reroute::anthropic_resolver(seen.options);
    CAPTURE(seen.name);
    CHECK(resolver(padded, seen.now) == resolver(seen.response, seen.now));
  }
}

}  // namespace
