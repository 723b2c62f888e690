// A fake with a thread of its own: it is there when it is made, gone when it ends, and any thread may ask it.
#include <reroute/reroute.hpp>
#include <reroute/testing/fake_server.hpp>

#include "tests/support/catch.hpp"

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>

#include <future>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
namespace fakes = reroute::testing;

namespace {

reroute::route direct(const fakes::fake_server& server) {
  return reroute::anthropic({.api_key = server.key(), .base_url = server.base_url()});
}

// calls until each has ended
std::vector<reroute::outcome> call(reroute::client_options options, int calls) {
  asio::io_context io;
  reroute::client claude(io, std::move(options));
  std::vector<reroute::outcome> ended;
  for (int i = 0; i < calls; ++i)
    claude.async_create(
        reroute::message_request("claude").max_tokens(16).user("hello?"),
        [&ended](std::error_code, reroute::outcome got) { ended.push_back(std::move(got)); });
  io.run();
  return ended;
}

bool listens(std::uint16_t port) {
  asio::io_context io;
  asio::ip::tcp::socket socket(io);
  reroute::loop_error_code failed;
  socket.connect({asio::ip::address_v4::loopback(), port}, failed);
  return !failed;
}

}  // namespace

TEST_CASE("a server needs three words: its URL, its key, and whom to trust") {
  fakes::fake_server server;
  CHECK_THAT(server.base_url(), Catch::Matchers::StartsWith("https://127.0.0.1:"));
  const auto ended = call({.routes = {direct(server)}, .https = server.https()}, 5);
  REQUIRE(ended.size() == 5);
  for (const reroute::outcome& each : ended) {
    INFO(each);
    REQUIRE(each.answered());
    CHECK(each.answer->text() == "hello");
  }
  CHECK(server.route().log().admitted == 5);
  CHECK(server.admitted_twice() == 0);
  CHECK(server.asked_after_answer() == 0);
  CHECK(server.requests().empty());  // nobody gave a user_id
}

TEST_CASE("a server's end closes what is open, waits for nothing, and can be had at once") {
  std::uint16_t port = 0;
  fakes::fake_route_options slow;
  slow.latency = fakes::latency::fixed(1h);
  {
    const fakes::fake_server unused;
    fakes::fake_server server(slow);
    port = server.route().port();
    CHECK(listens(port));
    asio::post(server.get_executor(), [] {});
    asio::io_context io;
    reroute::client claude(io, {.routes = {direct(server)}, .https = server.https()});
    claude.async_create(reroute::message_request("claude").max_tokens(16).user("hello?"),
                        [](std::error_code, const reroute::outcome&) {});
    while (server.route().log().requests == 0)
      io.run_one_for(1ms);
  }
  CHECK_FALSE(listens(port));
}

TEST_CASE("routes and token services are added while it serves, and wrong options throw here") {
  fakes::fake_server server;
  fakes::fake_route_options azure;
  azure.face = fakes::face::azure;
  azure.key = "";
  auto foundry = server.add_route(azure);
  fakes::fake_identity& identity = server.add_identity();
  identity.trusted_by(foundry);
  reroute::client_options options;
  options.routes = {reroute::azure_foundry(
      {.base_url = foundry.base_url(),
       .credential = reroute::entra::client_secret({.tenant_id = "tenant",
                                                    .client_id = identity.options().client_id,
                                                    .authority_host = identity.authority()},
                                                   identity.options().client_secret)})};
  options.https = server.https();
  const auto ended = call(std::move(options), 3);
  for (const reroute::outcome& each : ended) {
    INFO(each);
    CHECK(each.answered());
  }
  CHECK(identity.issued(fakes::identity_service::entra) == 1);
  CHECK(foundry.log().admitted == 3);
  CHECK(server.route().log().requests == 0);
  fakes::fake_route_options wrong;
  wrong.burst = 0;
  CHECK_THROWS_AS(server.add_route(wrong), std::invalid_argument);
  CHECK_THROWS_AS(fakes::fake_server(wrong), std::invalid_argument);
}

TEST_CASE("many threads control and read one server") {
  fakes::fake_server server;
  std::vector<std::thread> all;
  for (int i = 0; i < 4; ++i)
    all.emplace_back([&server] {
      fakes::fake_route mine = server.add_route();
      mine.inject({.status = 500, .requests = 1});
      mine.clear_faults();
      server.set_hearing_time(50ms);
      server.route().set_quota(2);
      (void)server.route().log();
      (void)server.https();
      (void)server.requests();
      CHECK(listens(mine.port()));
    });
  for (std::thread& each : all)
    each.join();
}

TEST_CASE("its callbacks may add routes") {
  fakes::fake_server* self = nullptr;
  std::promise<std::uint16_t> added;
  fakes::fake_route_options options;
  options.reply_to = [&](const std::string&) {
    added.set_value(self->add_route().port());
    return std::string("added");
  };
  fakes::fake_server server(options);
  self = &server;
  const auto ended = call({.routes = {direct(server)}, .https = server.https()}, 1);
  REQUIRE(ended.at(0).answered());
  CHECK(listens(added.get_future().get()));
}

TEST_CASE("a request beyond all bounds is a bad request over either protocol, and told once") {
  fakes::fake_route_options options;
  options.http2 = GENERATE(false, true);
  CAPTURE(options.http2);
  fakes::fake_server server(options);
  asio::io_context io;
  reroute::client claude(io, {.routes = {direct(server)}, .https = server.https()});
  const std::string text(65 * 1024 * 1024, 'x');
  reroute::outcome end;
  claude.async_create(reroute::message_request("claude").max_tokens(16).user(text),
                      [&](std::error_code, reroute::outcome got) { end = std::move(got); });
  io.run();
  INFO(end);
  REQUIRE(end.attempts.size() == 1);
  CHECK(end.error.status == 413);
  CHECK(end.error.category == reroute::category::bad_request);
  CHECK(server.route().log().malformed == 0);
}
