// What a peer may do over HTTP/2 that is odd, late or hostile, frame by frame.
#include <reroute/detail/loop_error_code.hpp>

#include "tests/io/h2_frames.hpp"
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

TEST_CASE("an answer that lies about its length is told at once") {
  h2_world stage;
  const bool too_long = GENERATE(true, false);
  bool answered = false, go_on = false;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           // :status 200, content-length: 3
                           const std::string fields(
                               "\x88\x0f\x0d\x01"
                               "3",
                               5);
                           co_await on.write(frame(0x1, 0x4, 1, fields));
                           answered = true;
                           while (!go_on)
                             co_await on.write("");
                           const std::string lie = too_long ? "four" : "2";
                           co_await on.write(frame(0x0, 0x1, 1, lie));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const auto pending = stage.start(stage.post(server));
  stage.run_until([&] { return answered; });
  for (int i = 0; i < 50; ++i)
    stage.io.run_one_for(1ms);  // somebody waits for the body
  go_on = true;
  const answer got = stage.finish(pending);
  CHECK(got.error.code == errc::truncated_body);
  CHECK(got.error.sent);
}

TEST_CASE("a peer that takes no streams for a while is waited for") {
  h2_world stage;
  stage.options.max_connections = 1;
  bool open_up = false;
  int asked = 0;
  scripted_server server(
      stage.io, h2_server(), [&](server_connection& on) -> asio::awaitable<void> {
        co_await on.write(frame(0x4, 0, 0, ""));
        co_await until_headers(on);
        ++asked;
        co_await on.write(frame(0x1, 0x5, 1, "\x88") + frame(0x4, 0, 0, setting(3, 0)));
        while (!open_up)
          co_await on.write("");
        co_await on.write(frame(0x4, 0, 0, setting(3, 1)));
        co_await until_headers(on, 3);
        ++asked;
        co_await on.write(frame(0x1, 0x5, 3, "\x88"));
        while (!(co_await on.read_some()).empty()) {
        }
      });
  CHECK(stage.ask(stage.post(server, "")).status == 200);
  stage.run_until([&] { return asked == 1; });
  for (int i = 0; i < 50; ++i)
    stage.io.run_one_for(1ms);
  // who waits and leaves takes nothing along, and leaves nothing behind
  const auto left = stage.start(stage.post(server, ""));
  for (int i = 0; i < 50; ++i)
    stage.io.run_one_for(1ms);
  left->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(left);
  const auto second = stage.start(stage.post(server, ""));
  for (int i = 0; i < 50; ++i)
    stage.io.run_one_for(1ms);
  CHECK_FALSE(second->done);
  open_up = true;
  CHECK(stage.finish(second).status == 200);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a call that is given up while it connects leaves nothing that keeps the loop") {
  h2_world stage;
  scripted_server server(stage.io, {}, [&](server_connection& on) -> asio::awaitable<void> {
    while (!(co_await on.read_some()).empty()) {
    }
  });
  const auto pending = stage.start(stage.post(server));
  stage.run_until([&] { return server.bytes_heard() > 0; });
  pending->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(pending);
  stage.time->advance(10s);
  stage.run_until([&] { return server.open() == 0; });
}

TEST_CASE("warming up has the time limit of connecting") {
  h2_world stage;
  if (GENERATE(true, false)) stage.options.versions = http_versions::http1;
  scripted_server server(stage.io, {}, [&](server_connection& on) -> asio::awaitable<void> {
    while (!(co_await on.read_some()).empty()) {
    }
  });
  bool done = false;
  transport_error error;
  asio::co_spawn(stage.io, stage.over().warm_up(stage.post(server).url, 2),
                 [&](std::exception_ptr, transport_error why) {
                   error = std::move(why);
                   done = true;
                 });
  stage.run_until([&] { return server.bytes_heard() > 0; });
  stage.time->advance(10s);
  stage.run_until([&] { return done; });
  CHECK(error.code == errc::connect_timeout);
}

TEST_CASE("bytes of an answer are a sign of life") {
  h2_world stage;
  stage.options.ping_interval = 10s;
  int pieces = 0;
  bool end = false;
  int allowed = 0;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           co_await on.write(frame(0x1, 0x4, 1, "\x88"));
                           while (!end) {  // its answers to pings stand behind much else
                             if (pieces < allowed) {
                               ++pieces;
                               co_await on.write(frame(0x0, 0, 1, "piece"));
                             }
                             co_await on.write("");
                           }
                           co_await on.write(frame(0x0, 1, 1, "end"));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const auto pending = stage.start(stage.post(server, ""));
  for (int i = 0; i < 10; ++i) {
    ++allowed;
    stage.run_until([&] { return pieces == allowed; });
    for (int n = 0; n < 30; ++n)
      stage.io.run_one_for(1ms);
    stage.time->advance(5s);
    for (int n = 0; n < 30; ++n)
      stage.io.run_one_for(1ms);
  }
  end = true;
  const answer got = stage.finish(pending);
  CHECK_FALSE(got.error);
  CHECK(got.whole);
}

TEST_CASE("an upload that stands still is given up, over either version") {
  h2_world stage;
  const bool http2 = GENERATE(true, false);
  if (!http2) stage.options.versions = http_versions::http1;
  stage.options.idle_timeout = 4s;
  stage.options.ping_interval = 0ms;
  server_options how = http2 ? h2_server() : localhost_server();
  how.receive_buffer = 4096;
  bool gone = false;
  scripted_server server(stage.io, how, [&](server_connection& on) -> asio::awaitable<void> {
    if (http2) {
      co_await on.write(frame(0x4, 0, 0, ""));
      co_await until_headers(on);
      while (!(co_await on.read_some()).empty()) {
      }
    }
    while (!gone)
      co_await on.write("");
  });
  const auto pending = stage.start(stage.post(server, std::string(8 << 20, 'x')));
  stage.run_until([&] { return server.handshakes() > 0; });
  for (int i = 0; i < 2000; ++i)
    stage.io.run_one_for(1ms);
  for (int i = 0; i < 3 && !pending->done; ++i) {
    stage.time->advance(4s);
    for (int n = 0; n < 100; ++n)
      stage.io.run_one_for(1ms);
  }
  CHECK(pending->done);
  gone = true;
  pending->cancel.emit(asio::cancellation_type::terminal);
  CHECK(stage.finish(pending).error.code == errc::idle_timeout);
}

TEST_CASE("the time for the head begins when a large request is out") {
  h2_world stage;
  stage.options.head_timeout = 3s;
  stage.options.idle_timeout = 7s;
  stage.options.ping_interval = 0ms;
  const bool small = GENERATE(true, false);
  int steps = 0, allowed = 0;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           while (!on.broken) {
                             if (steps < allowed) {
                               ++steps;
                               const std::string more = big_endian(10'000, 4);
                               co_await on.write(frame(0x8, 0, 0, more) + frame(0x8, 0, 1, more));
                             }
                             co_await on.write("");
                           }
                         });
  const auto pause = [&] {
    for (int i = 0; i < 40; ++i)
      stage.io.run_one_for(1ms);
  };
  // the window takes 65,535 bytes, and five steps the rest
  const auto pending = stage.start(stage.post(server, std::string(small ? 10 : 115'000, 'x')));
  stage.run_until([&] { return server.handshakes() > 0; });
  pause();
  for (int i = 0; i < 5 && !small; ++i) {
    stage.time->advance(5s);
    pause();
    CHECK_FALSE(pending->done);
    ++allowed;
    pause();
  }
  stage.time->advance(2s);
  pause();
  CHECK_FALSE(pending->done);
  stage.time->advance(1s);
  CHECK(stage.finish(pending).error.code == errc::head_timeout);
}

TEST_CASE("who asks for calm is not asked again at once") {
  h2_world stage;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           const std::string calm("\0\0\0\0\0\0\0\x0b", 8);
                           co_await on.write(frame(0x7, 0, 0, calm));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const answer got = stage.ask(stage.post(server, ""));
  CHECK(got.error.code == errc::enhance_your_calm);
  CHECK_FALSE(got.error.sent);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a peer that says goodbye before it was asked is not met again and again") {
  h2_world stage;
  auto how = h2_server();
  how.only_tls_1_2 = GENERATE(true, false);
  const bool garbage = GENERATE(true, false);
  scripted_server server(stage.io, how, [&](server_connection& on) -> asio::awaitable<void> {
    if (garbage) {
      co_await on.write(std::string(100, 'x'));
    } else {
      co_await on.write(frame(0x4, 0, 0, "") + frame(0x7, 0, 0, std::string(8, '\0')));
    }
    while (!(co_await on.read_some()).empty()) {
    }
  });
  const auto pending = stage.start(stage.post(server, ""));
  for (int i = 0; i < 1000 && !pending->done; ++i)
    stage.io.run_one_for(1ms);
  CHECK(pending->done);
  // a goodbye may overtake the request, which is sent again then
  CHECK(server.accepted() <= (garbage ? 1 : 4));
  CHECK(pending->result.error.code == (garbage ? errc::protocol_error : errc::connection_lost));
  pending->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(pending);
}

TEST_CASE("a request behind an upload that was given up is not lost") {
  h2_world stage;
  stage.options.ping_interval = 0ms;
  server_options how = h2_server();
  how.receive_buffer = 4096;
  bool read_on = false;
  scripted_server server(stage.io, how, [&](server_connection& on) -> asio::awaitable<void> {
    // room for all of it
    co_await on.write(frame(0x4, 0, 0, setting(4, 0x7fffffff)) +
                      frame(0x8, 0, 0, std::string("\x7f\x00\x00\x00", 4)));
    while (!read_on)
      co_await on.write("");
    while (!(co_await on.read_some()).empty()) {
    }
  });
  const auto upload = stage.start(stage.post(server, std::string(60 << 20, 'x')));
  stage.run_until([&] { return server.handshakes() > 0; });
  for (int i = 0; i < 500; ++i)
    stage.io.run_one_for(1ms);
  const int turns = GENERATE(range(0, 12));
  upload->cancel.emit(asio::cancellation_type::terminal);
  for (int i = 0; i < turns; ++i)
    stage.io.poll_one();
  const auto next = stage.start(stage.post(server, "next"));
  for (int i = 0; i < 200; ++i)
    stage.io.run_one_for(1ms);
  INFO(turns << " turns: " << next->result.error.code.message() << ' '
             << next->result.error.detail);
  CHECK_FALSE(next->done);
  read_on = true;
  next->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(next);
  stage.finish(upload);
}

TEST_CASE("who was cancelled before he asks asks nothing, over either version") {
  h2_world stage;
  const bool http2 = GENERATE(true, false);
  if (!http2) stage.options.versions = http_versions::http1;
  scripted_server server(stage.io, http2 ? h2_server() : localhost_server(),
                         http2 ? h2_echo() : server_script(echo));
  CHECK(stage.ask(stage.post(server, "first")).body == "first");
  const std::size_t before = server.bytes_heard();
  asio::cancellation_signal cancel;
  bool done = false;
  answer got;
  asio::co_spawn(
      stage.io,
      [](transport& over, http::request request) -> asio::awaitable<answer> {
        co_await asio::this_coro::throw_if_cancelled(false);
        asio::steady_timer soon(co_await asio::this_coro::executor, 1h);
        reroute::loop_error_code ignored;
        co_await soon.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        co_return co_await fetch(over, std::move(request));
      }(stage.over(), stage.post(server, "second")),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, answer what) {
        got = std::move(what);
        done = true;
      }));
  for (int i = 0; i < 10; ++i)
    stage.io.poll_one();
  cancel.emit(asio::cancellation_type::terminal);
  stage.run_until([&] { return done; });
  for (int i = 0; i < 50; ++i)
    stage.io.run_one_for(1ms);
  CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(got.error.sent);
  CHECK(server.bytes_heard() == before);
}

TEST_CASE("an answer before the end of the request counts, and the connection serves on") {
  h2_world stage;
  stage.options.max_connections = 1;
  const bool resets = GENERATE(true, false);
  const bool in_body = GENERATE(true, false);
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           std::string all = frame(0x1, in_body ? 0x4 : 0x5, 1, "\x8d");  // 404
                           if (in_body) all += frame(0x0, 1, 1, "too large");
                           if (resets) all += frame(0x3, 0, 1, big_endian(0, 4));
                           co_await on.write(all);
                           co_await until_headers(on, 3);
                           co_await on.write(frame(0x1, 0x5, 3, "\x88"));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const answer got = stage.ask(stage.post(server, std::string(1 << 20, 'x')));
  CHECK_FALSE(got.error);
  CHECK(got.status == 404);
  CHECK(got.whole);
  CHECK(got.body == (in_body ? "too large" : ""));
  CHECK(stage.ask(stage.post(server, "")).status == 200);
  CHECK(server.accepted() == 1);
}

TEST_CASE("padding costs no window") {
  h2_world stage;
  scripted_server server(
      stage.io, h2_server(), [&](server_connection& on) -> asio::awaitable<void> {
        co_await on.write(frame(0x4, 0, 0, ""));
        co_await until_headers(on);
        co_await on.write(frame(0x1, 0x4, 1, "\x88"));
        // 24 MB in all, within windows of 256 KB and 16 MB: it does not look at windows, and would overrun them
        const std::string padded =
            frame(0x0, 0x8, 1, std::string(1, '\xff') + "x" + std::string(255, '\0'));
        std::string much;
        for (int i = 0; i < 400; ++i)
          much += padded;
        for (int i = 0; i < 240; ++i) {
          co_await on.write(much);
          for (int n = 0; n < 40; ++n)
            co_await on.write("");
        }
        co_await on.write(frame(0x0, 1, 1, ""));
        while (!(co_await on.read_some()).empty()) {
        }
      });
  const answer got = stage.ask(stage.post(server, ""));
  CHECK_FALSE(got.error);
  CHECK(got.body.size() == 240 * 400);
}

TEST_CASE("a goodbye reaches those that have not been sent yet") {
  h2_world stage;
  stage.options.max_connections = 2;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           if (on.nth > 1) {
                             co_await h2_echo()(on);
                             co_return;
                           }
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           // one at a time from now on: the others stand in the client; then none
                           co_await on.write(frame(0x4, 0, 0, setting(3, 0)));
                           co_await until_headers(on, 3);
                           co_await on.write(frame(0x7, 0, 0, big_endian(1, 4) + big_endian(0, 4)));
                           co_await on.write(frame(0x1, 0x5, 1, "\x88"));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 20; ++i)
    all.push_back(stage.start(stage.post(server, "x")));
  for (const auto& each : all)
    CHECK(stage.finish(each).status == 200);
}

TEST_CASE("a small request does not stand behind what the system holds of a large one") {
  h2_world stage;
  server_options how = h2_server();
  how.receive_buffer = 65536;
  bool read_on = false;
  std::size_t before = 0, at = 0;
  scripted_server server(stage.io, how, [&](server_connection& on) -> asio::awaitable<void> {
    co_await on.write(frame(0x4, 0, 0, setting(4, 0x7fffffff)) +
                      frame(0x8, 0, 0, std::string("\x7f\x00\x00\x00", 4)));
    co_await until_headers(on);
    while (!read_on)
      co_await on.write("");
    before = server.bytes_heard();
    co_await until_headers(on, 3);
    at = server.bytes_heard();
    while (!(co_await on.read_some()).empty()) {
    }
  });
  const auto upload = stage.start(stage.post(server, std::string(20 << 20, 'x')));
  stage.run_until([&] { return server.handshakes() > 0; });
  for (int i = 0; i < 500; ++i)
    stage.io.run_one_for(1ms);
  const auto small = stage.start(stage.post(server, "next"));
  for (int i = 0; i < 100; ++i)
    stage.io.run_one_for(1ms);
  read_on = true;
  stage.run_until([&] { return at > 0; });
  CHECK(at - before < 512 * 1024);
  small->cancel.emit(asio::cancellation_type::terminal);
  upload->cancel.emit(asio::cancellation_type::terminal);
  stage.finish(small);
  stage.finish(upload);
}

TEST_CASE("who was cancelled between two reads reads no more, over either version") {
  h2_world stage;
  const bool http2 = GENERATE(true, false);
  if (!http2) stage.options.versions = http_versions::http1;
  scripted_server server(
      stage.io, http2 ? h2_server() : localhost_server(),
      [http2](server_connection& on) -> asio::awaitable<void> {
        if (http2) {
          co_await on.write(frame(0x4, 0, 0, ""));
          co_await until_headers(on);
          co_await on.write(frame(0x1, 0x4, 1, "\x88") + frame(0x0, 0, 1, "some"));
        } else {
          (void)co_await on.read_request();
          co_await on.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome");
        }
        while (!(co_await on.read_some()).empty()) {
        }
      });
  asio::cancellation_signal cancel;
  bool waits = false, done = false;
  transport_error why;
  asio::co_spawn(
      stage.io,
      [](transport& over, http::request request, bool& reads) -> asio::awaitable<transport_error> {
        co_await asio::this_coro::throw_if_cancelled(false);
        exchange_result got = co_await over.exchange(std::move(request));
        (void)co_await got.body->read();
        reads = true;
        asio::steady_timer soon(co_await asio::this_coro::executor, 1h);
        reroute::loop_error_code ignored;
        co_await soon.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
        const body_piece piece = co_await got.body->read();
        co_return piece.error;
      }(stage.over(), stage.post(server, ""), waits),
      asio::bind_cancellation_slot(cancel.slot(), [&](std::exception_ptr, transport_error error) {
        why = std::move(error);
        done = true;
      }));
  stage.run_until([&] { return waits; });
  cancel.emit(asio::cancellation_type::terminal);
  stage.run_until([&] { return done; });
  CHECK(why.code == make_error_code(asio::error::operation_aborted));
}

namespace {

// Answers in odd orders, refuses, changes its mind about how many, says goodbye, hangs up.
server_script moody(std::minstd_rand& dice) {
  return [&dice](server_connection& on) -> asio::awaitable<void> {
    const auto roll = [&dice](unsigned most) { return static_cast<unsigned>(dice() % most); };
    std::string unread, late;
    std::vector<std::uint32_t> waiting;
    std::uint32_t goodbye = 0;
    bool preface = true, shut = false;
    std::string first;
    if (roll(2) != 0) first = setting(3, roll(4));
    late = frame(0x4, 0, 0, first);
    if (roll(3) != 0)
      co_await on.write(std::exchange(late, frame(0x4, 0, 0, setting(3, 2))));
    else
      late += frame(0x4, 0, 0, setting(3, 3));
    for (;;) {
      while (preface ? unread.size() >= 24 : unread.size() >= 9) {
        if (std::exchange(preface, false)) {
          unread.erase(0, 24);
          continue;
        }
        const auto byte = [&](std::size_t i) {
          return static_cast<std::uint32_t>(static_cast<unsigned char>(unread[i]));
        };
        const std::size_t size = 9 + (byte(0) << 16U) + (byte(1) << 8U) + byte(2);
        if (unread.size() < size) break;
        const std::uint32_t id = (byte(5) << 24U) + (byte(6) << 16U) + (byte(7) << 8U) + byte(8);
        if (byte(3) == 1 && (goodbye == 0 || id <= goodbye)) waiting.push_back(id);
        if (byte(3) == 7) shut = true;
        unread.erase(0, size);
      }
      std::string out = std::exchange(late, {});
      if (!waiting.empty() && roll(3) != 0) {
        const std::size_t which = roll(static_cast<unsigned>(waiting.size()));
        const std::uint32_t id = waiting[which];
        bool over = true;
        switch (roll(12)) {
          case 0:
            out += frame(0x3, 0, id, big_endian(7, 4));  // refused
            break;
          case 1:
            out += frame(0x3, 0, id, big_endian(2, 4));  // broken
            break;
          case 2:
            out += frame(0x4, 0, 0, setting(3, roll(3)));
            late = frame(0x4, 0, 0, setting(3, 1 + roll(5)));
            over = false;
            break;
          case 3:
            if (goodbye == 0 && roll(3) == 0) {
              goodbye = id;
              out += frame(0x7, 0, 0, big_endian(id, 4) + big_endian(0, 4));
              std::erase_if(waiting, [&](std::uint32_t each) { return each > id; });
            }
            over = false;
            break;
          case 4:
            if (roll(4) == 0) co_return;
            over = false;
            break;
          case 5:
            out += frame(0x1, 0x4, id, "\x88") + frame(0x0, 0, id, "half");
            out += frame(0x3, 0, id, big_endian(roll(14), 4));
            break;
          default:
            out += frame(0x1, 0x4, id, "\x88") + frame(0x0, 1, id, "body");
        }
        if (over) std::erase(waiting, id);
      }
      if (!out.empty()) co_await on.write(out);
      if (on.broken || (shut && waiting.empty())) co_return;
      if (waiting.empty() && late.empty()) {
        const std::string more = co_await on.read_some();
        if (more.empty()) co_return;
        unread += more;
      } else {
        co_await on.write("");
      }
    }
  };
}

}  // namespace

TEST_CASE("moody peers and callers who leave: every call ends once, and the loop with the last") {
  const int seed = GENERATE(range(1, 21));
  std::minstd_rand dice(static_cast<unsigned>(seed));
  h2_world stage;
  stage.options.max_connections = 1 + dice() % 3;
  stage.options.max_requests_per_connection = dice() % 3 == 0 ? 1 + dice() % 5 : 0;
  stage.options.ping_interval = 0ms;
  scripted_server server(stage.io, h2_server(), moody(dice));
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 60; ++i) {
    all.push_back(stage.start(stage.post(server, "")));
    for (auto n = dice() % 20; n > 0; --n)
      stage.io.poll_one();
    if (dice() % 4 == 0) all[dice() % all.size()]->cancel.emit(asio::cancellation_type::terminal);
  }
  INFO("seed " << seed);
  stage.run_until([&] {
    return std::all_of(all.begin(), all.end(), [](const auto& each) { return each->done; });
  });
  int good = 0;
  for (const auto& each : all) {
    CHECK(each->completions == 1);
    if (each->result.whole) {
      ++good;
      CHECK(each->result.body == "body");
    }
  }
  CHECK(good > 0);
}

TEST_CASE("over HTTP/2, too, shutdown ends what is in flight, and the transport works on") {
  h2_world stage;
  stage.options.max_connections = 1;
  bool asked = false;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           if (on.nth > 1) {
                             co_await h2_echo()(on);
                             co_return;
                           }
                           co_await on.write(frame(0x4, 0, 0, setting(3, 1)));
                           co_await until_headers(on);
                           asked = true;
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const auto first = stage.start(stage.post(server, "a"));
  const auto second = stage.start(stage.post(server, "b"));
  stage.run_until([&] { return asked; });
  stage.over().shutdown();
  stage.over().shutdown();
  const answer one = stage.finish(first);
  const answer two = stage.finish(second);
  CHECK(one.error.code == make_error_code(asio::error::operation_aborted));
  CHECK(one.error.sent);
  CHECK(two.error.code == make_error_code(asio::error::operation_aborted));
  CHECK_FALSE(two.error.sent);
  CHECK(stage.ask(stage.post(server, "c")).body == "c");
}

TEST_CASE("over HTTP/2 shutdown ends all, at every moment, and nothing is asked again behind it") {
  h2_world stage;
  stage.options.max_connections = 2;
  const int turns = GENERATE(range(0, 120, 4));
  int heard = 0;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           h2_peer peer(on);
                           while (const auto next = co_await peer.read_request()) {
                             ++heard;
                             h2_answer empty;
                             co_await peer.answer(next->id, std::move(empty));
                           }
                         });
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 5; ++i)
    all.push_back(stage.start(stage.post(server, "x")));
  for (int i = 0; i < turns; ++i)
    stage.io.run_one_for(1ms);
  stage.over().shutdown();
  const std::size_t begun = 5;
  for (std::size_t i = 0; i < begun; ++i) {
    const answer got = stage.finish(all[i]);
    if (turns > 4 && got.error)
      CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
  }
  CHECK(stage.ask(stage.post(server, "c")).status == 200);
  CHECK(heard <= 6);
}

TEST_CASE("a transport that has gone begins nothing") {
  h2_world stage;
  if (GENERATE(true, false)) stage.options.versions = http_versions::http1;
  scripted_server server(stage.io, localhost_server(), echo);
  bool done = false;
  std::error_code code;
  asio::co_spawn(stage.io, stage.over().exchange(stage.post(server)),
                 [&](std::exception_ptr, const exchange_result& late) {
                   code = late.error.code;
                   done = true;
                 });
  stage.client.reset();
  stage.run_until([&] { return done; });
  CHECK(code == make_error_code(asio::error::operation_aborted));
  CHECK(server.accepted() == 0);
}

TEST_CASE("what one stream did wrong is not told of the next") {
  h2_world stage;
  scripted_server server(stage.io, h2_server(),
                         [&](server_connection& on) -> asio::awaitable<void> {
                           co_await on.write(frame(0x4, 0, 0, ""));
                           co_await until_headers(on);
                           const std::string upper("\x88\0\1A\1b", 6);
                           co_await on.write(frame(0x1, 0x5, 1, upper));
                           co_await until_headers(on, 3);
                           co_await on.write(frame(0x1, 0x4, 3, "\x88") + frame(0x0, 0, 3, "half"));
                           co_await on.write(frame(0x3, 0, 3, big_endian(0, 4)));
                           while (!(co_await on.read_some()).empty()) {
                           }
                         });
  const answer wrong = stage.ask(stage.post(server, ""));
  CHECK(wrong.error.code == errc::protocol_error);
  CHECK(wrong.error.detail.find("header") != std::string::npos);
  const answer cut = stage.ask(stage.post(server, ""));
  CHECK(cut.error.code == errc::truncated_body);
  CHECK(cut.error.detail.find("header") == std::string::npos);
  CHECK(server.accepted() == 1);
}

TEST_CASE("a peer that wants HTTP/1.1 says so of a request, or of all") {
  h2_world stage;
  const bool of_all = GENERATE(true, false);
  server_options how = h2_server();
  scripted_server server(stage.io, how, [&](server_connection& on) -> asio::awaitable<void> {
    if (on.nth > 1) {
      co_await echo(on);
      co_return;
    }
    co_await on.write(frame(0x4, 0, 0, ""));
    co_await until_headers(on);
    const std::string of_one = frame(0x3, 0, 1, big_endian(13, 4));
    const std::string goodbye = frame(0x7, 0, 0, big_endian(13, 8));
    co_await on.write(std::string(of_all ? goodbye : of_one));
    while (!(co_await on.read_some()).empty()) {
    }
  });
  CHECK(stage.ask(stage.post(server, "again")).body == "again");
  CHECK(server.accepted() == 2);
}

TEST_CASE("the loop may die while somebody who owns the transport waits for a connection") {
  asio::io_context other;
  asio::ip::tcp::acceptor nobody(other, {asio::ip::address_v4::loopback(), 0});
  https_options options;
  options.tls.ca_pem = trusted_ca().pem();
  auto loop = std::make_unique<asio::io_context>();
  http::request request;
  request.method = "POST";
  request.url.scheme = "https";
  request.url.host = "localhost";
  request.url.port = nobody.local_endpoint().port();
  request.url.target = "/";
  asio::co_spawn(
      *loop,
      [](std::shared_ptr<transport> over, http::request what) -> asio::awaitable<void> {
        (void)co_await over->exchange(std::move(what));
      }(make_https_transport(loop->get_executor(), options), std::move(request)),
      asio::detached);
  for (int i = 0; i < 20; ++i)
    loop->run_one_for(2ms);
  loop.reset();
  SUCCEED("and nothing that has gone was touched");
}
