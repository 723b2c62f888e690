// A client warms up: connections and tokens of all routes, before the first call.
#include "tests/client/loopback.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>

#include <future>
#include <optional>
#include <vector>

using namespace std::chrono_literals;
using reroute::category;
using reroute::errc;
using reroute::route_warmth;
using tests::loopback;
namespace fakes = reroute::testing;

namespace {

struct warmed {
  std::optional<std::error_code> code;
  std::vector<route_warmth> routes;
};

std::shared_ptr<warmed> start(loopback& l, std::size_t connections, asio::cancellation_slot slot) {
  auto end = std::make_shared<warmed>();
  l.claude->async_warm_up(connections,
                          asio::bind_cancellation_slot(
                              slot, [end](std::error_code code, std::vector<route_warmth> all) {
                                end->code = code;
                                end->routes = std::move(all);
                              }));
  return end;
}

warmed warm_up(loopback& l, std::size_t connections = 1) {
  const auto end = start(l, connections, {});
  CHECK(l.time->run_until(l.io, [&] { return end->code.has_value(); }));
  return *end;
}

fakes::fake_route_options speaking(bool http2, fakes::face face = fakes::face::anthropic) {
  fakes::fake_route_options options;
  options.face = face;
  options.http2 = http2;
  return options;
}

}  // namespace

TEST_CASE("all routes are warm, and the first calls find what they need") {
  const bool http2 = GENERATE(true, false);
  loopback l(speaking(http2), speaking(http2, fakes::face::azure));
  const auto end = warm_up(l, 3);
  CHECK_FALSE(*end.code);
  REQUIRE(end.routes.size() == 2);
  CHECK(end.routes[0].route == "anthropic");
  CHECK(end.routes[0].warm());
  CHECK(end.routes[1].route == "azure");
  CHECK(end.routes[1].warm());
  const std::size_t expected = http2 ? 1 : 3;
  CHECK(l.a.log().handshakes == expected);
  CHECK(l.b.log().handshakes == expected);
  CHECK(l.a.log().requests + l.b.log().requests == 0);
  CHECK(l.run().answered());
  CHECK(l.a.log().connections == expected);
}

TEST_CASE("one route that fails is told, and costs the others nothing") {
  auto wrong = speaking(true, fakes::face::azure);
  wrong.certificate = fakes::shown_certificate::wrong_ca;
  loopback l(speaking(true), wrong);
  const auto end = warm_up(l);
  CHECK_FALSE(*end.code);
  REQUIRE(end.routes.size() == 2);
  CHECK(end.routes[0].warm());
  CHECK_FALSE(end.routes[1].warm());
  CHECK(end.routes[1].error.route == "azure");
  CHECK(end.routes[1].error.cause == errc::certificate_refused);
  CHECK(l.a.log().handshakes == 1);
  CHECK(l.run().answered());
}

TEST_CASE("tokens are fetched ahead, and a source that fails is the route's failure") {
  int fetched = 0;
  const bool fails = GENERATE(true, false);
  reroute::anthropic_options route;
  route.credential =
      reroute::credential::bearer([&fetched, fails]() -> asio::awaitable<reroute::access_token> {
        ++fetched;
        if (fails) throw std::runtime_error("no token today");
        co_return reroute::access_token("token-1", std::chrono::system_clock::time_point::max());
      });
  auto first = speaking(true);
  first.bearer_tokens = {"token-1"};
  loopback l(first, speaking(true, fakes::face::azure), {}, route);
  const auto end = warm_up(l);
  CHECK_FALSE(*end.code);
  REQUIRE(end.routes.size() == 2);
  CHECK(end.routes[0].warm() == !fails);
  CHECK(end.routes[1].warm());
  if (fails) {
    CHECK(end.routes[0].error.category == category::auth);
    CHECK(l.a.log().connections == 0);
    return;
  }
  CHECK(l.run().answered());
  CHECK(fetched == 1);
}

TEST_CASE("a route of somebody's own is asked where it lies, and may refuse to say") {
  loopback l;
  reroute::client_options options;
  reroute::route own;
  own.name = "own";
  const bool throws = GENERATE(true, false);
  own.write = [&l, throws](const reroute::write_context& context) {
    if (throws) throw std::invalid_argument("not here");
    reroute::http::request out;
    out.url = reroute::http::parse_url(l.a.base_url());
    out.body = context.request.body_for(context.model);
    return out;
  };
  own.resolve = reroute::anthropic_resolver({"own"});
  options.routes = {own};
  options.time = l.time;
  options.https.tls.ca_pem = l.fake.ca_pem();
  l.claude.emplace(l.io, options);
  const auto end = warm_up(l);
  REQUIRE(end.routes.size() == 1);
  CHECK(end.routes[0].warm() == !throws);
  CHECK(l.a.log().connections == (throws ? 0 : 1));
  if (throws) CHECK(end.routes[0].error.cause == errc::rejected);
}

TEST_CASE("as a coroutine and as a future") {
  loopback l;
  std::size_t warm = 0;
  bool done = false;
  asio::co_spawn(
      l.io,
      [](loopback* rig, std::size_t* count, bool* over) -> asio::awaitable<void> {
        const std::vector<route_warmth> all = co_await rig->claude->warm_up();
        for (const route_warmth& each : all)
          *count += each.warm() ? 1u : 0u;
        *over = true;
      }(&l, &warm, &done),
      asio::detached);
  CHECK(l.time->run_until(l.io, [&] { return done; }));
  CHECK(warm == 2);
  std::future<std::vector<route_warmth>> later = l.claude->async_warm_up(1, asio::use_future);
  CHECK(l.time->run_until(l.io, [&] { return later.wait_for(0s) == std::future_status::ready; }));
  CHECK(later.get().size() == 2);
}

TEST_CASE("awaited elsewhere than the client lives") {
  loopback l;
  asio::io_context elsewhere;
  int done = 0;
  const auto both = [](loopback* rig, asio::io_context* own, int* over) -> asio::awaitable<void> {
    const std::vector<route_warmth> all = co_await rig->claude->warm_up();
    CHECK(all.size() == 2);
    CHECK(own->get_executor().running_in_this_thread());
    co_await rig->claude->drain(1s);
    CHECK(own->get_executor().running_in_this_thread());
    ++*over;
  };
  asio::co_spawn(elsewhere, both(&l, &elsewhere, &done), asio::detached);
  CHECK(l.time->run_until(l.io, [&] {
    elsewhere.restart();
    elsewhere.poll();
    return done == 1;
  }));
}

TEST_CASE("warming up can be cancelled, and ends with its client, each with what there is") {
  auto mute = speaking(false);
  loopback l(mute);
  fakes::fault silent;
  silent.kind = fakes::fault_kind::silent_handshake;
  l.a.inject(silent);
  asio::cancellation_signal cancel;
  const auto end = start(l, 1, cancel.slot());
  CHECK(l.time->run_until(l.io, [&] { return l.a.log().connections == 1; }));
  l.time->run(l.io, 1s);
  CHECK_FALSE(end->code);
  const bool cancels = GENERATE(true, false);
  if (cancels) {
    cancel.emit(asio::cancellation_type::total);
  } else {
    l.claude.reset();
  }
  CHECK(l.time->run_until(l.io, [&] { return end->code.has_value(); }));
  CHECK(*end->code == make_error_code(asio::error::operation_aborted));
  REQUIRE(end->routes.size() == 2);
  CHECK(end->routes[0].error.category == category::cancelled);
  CHECK(end->routes[1].warm());
}

TEST_CASE("the loop may die while a client warms up or drains") {
  for (int turns = 0; turns < 40; ++turns) {
    auto l = std::make_unique<loopback>();
    const auto warm = start(*l, 2, {});
    l->call({}, 1);
    l->claude->async_drain(1s, [](std::error_code) {});
    for (int i = 0; i < turns * 3; ++i)
      l->io.poll_one();
    if (turns % 2 == 0) l->claude.reset();
    l.reset();
  }
  CHECK(true);
}
