// Silence, in virtual time: every step has its limit and its own error.
#include "io/transport_core.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>

#include <chrono>
#include <string>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

// runs until `ready`, then checks that the limit is not felt before `time`, and is then
answer time_out(world& stage, const std::shared_ptr<pending_fetch>& fetch,
                const std::function<bool()>& ready, std::chrono::milliseconds time) {
  stage.run_until(ready);
  stage.settle();
  stage.time->advance(time - 1ms);
  stage.settle();
  CHECK_FALSE(fetch->done);
  stage.time->advance(1ms);
  return stage.finish(fetch);
}

// says `bytes` after the request, and then nothing
server_script saying(const std::string& bytes, bool& said) {
  return [&bytes, &said](server_connection& connection) -> asio::awaitable<void> {
    co_await connection.read_request();
    if (!bytes.empty()) co_await connection.write(bytes);
    said = true;
    co_await connection.read_some();
  };
}

}  // namespace

TEST_CASE("no head in time") {
  world stage;
  stage.options.head_timeout = 5s;
  bool said = false;
  const std::string bytes = GENERATE("", "HTTP/1.1 200 OK\r\nConte");
  scripted_server server(stage.io, localhost_server(), saying(bytes, said));
  const auto fetch = stage.start(stage.post(server));
  const auto got = time_out(
      stage, fetch, [&] { return said; }, 5s);
  CHECK(got.error.code == errc::head_timeout);
  CHECK(got.error.sent);
}

TEST_CASE("no byte of the body in time") {
  world stage;
  stage.options.idle_timeout = 7s;
  bool said = false;
  const std::string bytes = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc";
  scripted_server server(stage.io, localhost_server(), saying(bytes, said));
  const auto fetch = stage.start(stage.post(server));
  const auto got = time_out(
      stage, fetch, [&] { return said; }, 7s);
  CHECK(got.error.code == errc::idle_timeout);
  CHECK(got.body == "abc");
}

TEST_CASE("a request that nobody takes") {
  world stage;
  stage.options.idle_timeout = 3s;
  auto options = localhost_server();
  options.receive_buffer = 4096;
  bool met = false;
  bool hold = true;
  scripted_server server(stage.io, options,
                         [&](server_connection& connection) -> asio::awaitable<void> {
                           met = true;
                           while (hold)
                             co_await connection.write("");
                         });
  const auto fetch = stage.start(stage.post(server, std::string(20'000'000, 'x')));
  stage.run_until([&] { return met; });
  for (int i = 0; i < 1000; ++i)
    stage.io.poll_one();
  stage.time->advance(3s);
  const auto got = stage.finish(fetch);
  hold = false;
  CHECK(got.error.code == errc::idle_timeout);
  CHECK(got.error.sent);
}

TEST_CASE("no TLS handshake in time") {
  world stage;
  stage.options.connect_timeout = 4s;
  bool met = false;
  scripted_server server(stage.io, {}, [&](server_connection& connection) -> asio::awaitable<void> {
    met = true;
    while (!(co_await connection.read_some()).empty()) {
    }
  });
  const auto fetch = stage.start(stage.post(server));
  const auto got = time_out(
      stage, fetch, [&] { return met; }, 4s);
  CHECK(got.error.code == errc::connect_timeout);
  CHECK_FALSE(got.error.sent);
}

TEST_CASE("no address in time, and the late one does no harm") {
  world stage;
  stage.options.connect_timeout = 4s;
  std::function<void(detail::host_addresses)> answer_later;
  stage.client = detail::make_https_transport(
      stage.io.get_executor(), stage.options, stage.time,
      [&](const std::string&, std::function<void(detail::host_addresses)> tell) {
        answer_later = std::move(tell);
      });
  scripted_server server(stage.io, localhost_server(), echo);
  auto request = stage.post(server);
  request.url.host = "slow.example";
  const auto fetch = stage.start(request);
  const auto got = time_out(
      stage, fetch, [&] { return bool(answer_later); }, 4s);
  CHECK(got.error.code == errc::connect_timeout);
  stage.client.reset();
  detail::host_addresses late;
  late.addresses.push_back(asio::ip::address_v4::loopback());
  answer_later(late);
  stage.settle();
  CHECK(server.accepted() == 0);
}

TEST_CASE("those who wait for a connection that nobody gets are told as well") {
  world stage;
  stage.options.connect_timeout = 4s;
  stage.options.max_connecting = 1;
  bool met = false;
  scripted_server server(stage.io, {}, [&](server_connection& connection) -> asio::awaitable<void> {
    met = true;
    while (!(co_await connection.read_some()).empty()) {
    }
  });
  const auto first = stage.start(stage.post(server));
  const auto second = stage.start(stage.post(server));
  const auto third = stage.start(stage.post(server));
  stage.run_until([&] { return met; });
  stage.time->advance(4s);
  CHECK(stage.finish(first).error.code == errc::connect_timeout);
  CHECK(stage.finish(second).error.code == errc::connect_timeout);
  CHECK(stage.finish(third).error.code == errc::connect_timeout);
}

TEST_CASE("time limits cost no timer per request") {
  world stage;
  stage.options.head_timeout = 60s;
  scripted_server server(stage.io, localhost_server(), echo);
  bool finished = false;
  const auto many = [](world& in, const scripted_server& to, bool& end) -> asio::awaitable<void> {
    // somebody else's request keeps the timer running
    for (int i = 0; i < 200; ++i)
      co_await fetch(in.over(), in.post(to));
    end = true;
  };
  bool said = false;
  const std::string nothing;
  scripted_server silent(stage.io, localhost_server(), saying(nothing, said));
  const auto waiting = stage.start(stage.post(silent));
  stage.run_until([&] { return said; });
  const int before = stage.time->armed_count;
  asio::co_spawn(stage.io, many(stage, server, finished), asio::detached);
  stage.run_until([&] { return finished; });
  CHECK(stage.time->armed_count - before <= 3);
  waiting->cancel.emit(asio::cancellation_type::terminal);
  CHECK(stage.finish(waiting).error.code == make_error_code(asio::error::operation_aborted));
}
