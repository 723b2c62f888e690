// An HTTP/2 server that says anything: every stream ends, nothing grows beyond its limits.
#include <reroute/http/url.hpp>

#include "io/h2_session.hpp"
#include "tests/fuzz/expect.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t body_limit = 20'000;

reroute::http::request question() {
  reroute::http::request made;
  made.method = "POST";
  made.url = reroute::http::parse_url("https://localhost/v1/messages");
  made.headers.add("x-api-key", "secret");
  made.body = reroute::http::body(std::string(100, 'x'));
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace reroute::detail;
  static const reroute::http::request request = question();
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  h2_limits limits;
  limits.header = 4096;
  limits.body = body_limit;
  h2_session session(limits);
  std::vector<h2_stream> streams(3);
  for (h2_stream& each : streams)
    session.submit(each, request);
  while (!session.output().empty()) {
  }
  for (std::size_t turn = 0; !bytes.empty(); ++turn) {
    const std::size_t part = std::min<std::size_t>(bytes.size(), 1 + turn % 61);
    const std::vector<char> piece(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(part));
    bytes.remove_prefix(part);
    const bool alive = session.input({piece.data(), piece.size()});
    std::size_t said = 0;
    for (std::string_view out; !(out = session.output()).empty();)
      said += out.size();
    fuzz::expect(said < 1'000'000, "what is said back is bounded");
    for (h2_stream* const woken : session.woken) {
      woken->woken = false;
      fuzz::expect(woken->data.size() <= body_limit + 20'000, "a body is bounded");
      session.consumed(*woken, woken->data.size());
      if (turn % 3 == 0) woken->data.clear();
    }
    session.woken.clear();
    if (turn == 50) session.leave(streams[1]);
    if (!alive) break;
  }
  session.end({std::make_error_code(std::errc::connection_reset), true, {}});
  for (h2_stream& each : streams) {
    fuzz::expect(each.ended, "every stream has ended");
    fuzz::expect(each.whole || each.error || &each == &streams[1], "well, or with an error");
    session.leave(each);
  }
  fuzz::expect(session.open() == 0, "and none is left");
  return 0;
}
