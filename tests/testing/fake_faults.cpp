// The fake's misbehaviour, as seen on the wire.
#include "tests/testing/raw_client.hpp"

#include <asio/error.hpp>

using namespace std::chrono_literals;
using namespace tests;
using fakes::fault_kind;

namespace {

fakes::fault broken(fault_kind kind) {
  fakes::fault made;
  made.kind = kind;
  return made;
}

fakes::fault status(int code, std::size_t requests) {
  fakes::fault made;
  made.status = code;
  made.requests = requests;
  return made;
}

std::string whole_body() {
  world w;
  return w.ask(w.fake.add_route()).body;
}

}  // namespace

TEST_CASE("a burst of a status lasts for so many requests") {
  world w;
  auto route = w.fake.add_route();
  route.inject(status(529, 2));
  route.inject(status(500, 1));
  CHECK(w.ask(route).status == 529);
  CHECK(w.ask(route).status == 529);
  CHECK(w.ask(route).status == 500);
  CHECK(w.ask(route).status == 200);
  const fakes::fake_log log = route.log();
  CHECK(log.faulted == 3);
  CHECK(log.refused == 2);
  CHECK(log.admitted == 1);
  CHECK((log.by_status == std::map<int, std::size_t>{{200, 1}, {500, 1}, {529, 2}}));
}

TEST_CASE("a burst of a status lasts for so long, or until it is cleared") {
  world w;
  auto route = w.fake.add_route();
  route.inject({.status = 503, .time = 3s, .retry_after = 1500ms});
  const heard got = w.ask(route);
  CHECK(got.status == 503);
  CHECK(got.field("retry-after") == "2");
  w.time->advance(2999ms);
  CHECK(w.ask(route).status == 503);
  w.time->advance(1ms);
  CHECK(w.ask(route).status == 200);
  route.inject(status(504, 0));
  w.time->advance(24h);
  CHECK(w.ask(route).status == 504);
  route.clear_faults();
  CHECK(w.ask(route).status == 200);
}

TEST_CASE("a fault may hit a share of the requests, the same ones each time") {
  std::string before;
  for (int run = 0; run < 2; ++run) {
    world w;
    auto route = w.fake.add_route();
    route.inject({.status = 500, .share = 0.5});
    std::string pattern;
    for (int i = 0; i < 24; ++i)
      pattern += w.ask(route).status == 500 ? 'x' : '.';
    CHECK(pattern.find('x') != std::string::npos);
    CHECK(pattern.find('.') != std::string::npos);
    if (run > 0) CHECK(pattern == before);
    before = pattern;
  }
}

TEST_CASE("a connection is reset before the head, or after it") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::reset_before_head));
  const heard nothing = w.ask(route);
  CHECK(nothing.failed == asio::error::connection_reset);
  CHECK((nothing.head + nothing.body).empty());
  route.clear_faults();
  route.inject(broken(fault_kind::reset_after_head));
  const heard head = w.ask(route);
  CHECK(head.failed == asio::error::connection_reset);
  CHECK(head.status == 200);
  CHECK(head.field("content-length") != "0");
  CHECK(head.body.empty());
  CHECK(route.log().answered == 0);
  CHECK(route.log().abandoned == 0);
}

TEST_CASE("a connection is closed in order instead of an answer") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::close_before_head));
  const heard got = w.ask(route);
  CHECK(got.failed == asio::error::eof);
  CHECK((got.head + got.body).empty());
}

TEST_CASE("a body is cut off in the middle, without a goodbye") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::truncated_body));
  const heard got = w.ask(route);
  CHECK(got.status == 200);
  CHECK(got.failed == asio::ssl::error::stream_truncated);
  REQUIRE(got.body.size() > 10);
  CHECK(got.body.size() < std::stoul(got.field("content-length")));
  CHECK(whole_body().starts_with(got.body.substr(0, 10)));
}

TEST_CASE("silence lasts until the client gives up, and is noticed then") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::silence));
  const auto client = w.client();
  heard got;
  bool over = false;
  asio::co_spawn(w.io, world::one_request(*client, route.port(), wire_request().bytes(), got),
                 [&](std::exception_ptr) { over = true; });
  w.time->run(w.io, 24h);
  CHECK_FALSE(over);
  CHECK(route.log().concurrent == 1);
  client->hang_up();
  w.settle();
  CHECK(over);
  CHECK(route.log().concurrent == 0);
  CHECK(route.log().abandoned == 1);
  CHECK(route.log().open_connections == 0);
}

TEST_CASE("a client that leaves before its answer is due is noticed at once") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(1h);
  const auto route = w.fake.add_route(options);
  const auto client = w.client();
  heard got;
  asio::co_spawn(w.io, world::one_request(*client, route.port(), wire_request().bytes(), got),
                 asio::detached);
  w.time->run(w.io, 1s);
  CHECK(route.log().concurrent == 1);
  client->hang_up();
  w.settle();
  CHECK(route.log().abandoned == 1);
  CHECK(route.log().admitted == 1);
  CHECK(route.log().answered == 0);
  CHECK(w.time->pending() == 0);
}

TEST_CASE("garbage is no HTTP") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::garbage));
  const heard got = w.ask(route);
  CHECK(got.status == 0);
  CHECK(got.body == "\x16\x03this is no HTTP\r\n\r\n");
  CHECK(got.failed == asio::error::eof);
}

TEST_CASE("a page comes with any status, and the connection stays") {
  world w;
  auto route = w.fake.add_route();
  route.inject({.kind = fault_kind::html, .status = 502});
  const heard got = w.ask(route);
  CHECK(got.status == 502);
  CHECK(got.field("content-type") == "text/html");
  CHECK(got.body.starts_with("<html>"));
  CHECK_FALSE(got.failed);
}

TEST_CASE("a slow drip is a right answer in drops") {
  world w;
  auto route = w.fake.add_route();
  route.inject({.kind = fault_kind::slow_drip, .bytes = 50, .every = 1s});
  const auto start = w.time->now();
  const auto client = w.client();
  heard got;
  w.play(&world::one_request, *client, route.port(), wire_request().bytes(), got);
  CHECK(got.status == 200);
  CHECK(got.body == whole_body());
  const auto drops = (got.head.size() + got.body.size() + 49) / 50;
  CHECK(w.time->now() - start == std::chrono::seconds(drops - 1));
  CHECK(client->reads() >= static_cast<int>(drops));
  CHECK(route.log().answered == 1);
}

TEST_CASE("a connection ends after an answer that did not say so") {
  world w;
  auto route = w.fake.add_route();
  route.inject(broken(fault_kind::close_after_answer));
  const auto client = w.client();
  heard got, end;
  w.play(
      +[](raw_client& on, std::uint16_t port, heard& first, heard& then) -> asio::awaitable<void> {
        co_await on.connect(port);
        const std::string bytes = wire_request().bytes();
        first = co_await on.ask(bytes);
        then = co_await on.listen();
      },
      *client, route.port(), got, end);
  CHECK(got.status == 200);
  CHECK(got.field("connection") == "-");
  CHECK(end.failed == asio::error::eof);
}

TEST_CASE("plain text instead of a handshake, and a handshake that never comes") {
  world w;
  auto route = w.fake.add_route();
  auto plain = broken(fault_kind::plain_text);
  plain.requests = 1;
  route.inject(plain);
  const heard got = w.ask(route);
  CHECK(got.failed);
  CHECK(got.failed.category() == asio::error::get_ssl_category());
  CHECK(w.ask(route).status == 200);
  CHECK(route.log().handshakes == 1);

  route.inject(broken(fault_kind::silent_handshake));
  const auto client = w.client();
  heard silent;
  bool over = false;
  asio::co_spawn(w.io, world::one_request(*client, route.port(), wire_request().bytes(), silent),
                 [&](std::exception_ptr) { over = true; });
  w.time->run(w.io, 24h);
  CHECK_FALSE(over);
  client->hang_up();
  w.settle();
  CHECK(over);
  CHECK(route.log().open_connections == 0);
}

TEST_CASE("what does not speak HTTP is told so, and counted") {
  world w;
  const auto route = w.fake.add_route();
  const heard got = w.ask(route, "EHLO fake\r\n\r\n");
  CHECK(got.status == 400);
  CHECK(got.field("connection") == "close");
  CHECK(route.log().malformed == 1);
  CHECK(route.log().requests == 0);
}

TEST_CASE("dropped connections are reset, idle or not") {
  world w;
  auto route = w.fake.add_route();
  const auto client = w.client();
  heard got;
  w.play(&world::one_request, *client, route.port(), wire_request().bytes(), got);
  CHECK(got.status == 200);
  route.drop_connections();
  w.settle();
  CHECK(route.log().open_connections == 0);
  heard end;
  w.play(
      +[](raw_client& on, heard& into) -> asio::awaitable<void> { into = co_await on.listen(); },
      *client, end);
  CHECK(end.failed == asio::error::connection_reset);
}
