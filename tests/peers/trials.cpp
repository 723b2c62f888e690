// What every peer must pass.
#include "tests/peers/trials.hpp"

#include <reroute/client/client.hpp>
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic.hpp>

#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>

#include <string>
#include <utility>

namespace reroute::peers {
namespace {

constexpr std::size_t large = 20'000'000;

using fetches = std::vector<std::shared_ptr<pending_fetch>>;

fetches echoes(stage& here, std::size_t count) {
  fetches all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(here.start("/echo", "body " + std::to_string(i)));
  return all;
}

void check_echoes(const std::vector<answer>& all) {
  REQUIRE(all_are(all, 200));
  std::size_t right = 0;
  for (std::size_t i = 0; i < all.size(); ++i)
    right += all[i].body == "body " + std::to_string(i);
  CHECK(right == all.size());
}

}  // namespace

void keeps_alive(stage& here) {
  std::vector<answer> all;
  for (std::size_t size : {1, 100, 16'383, 16'384, 16'385, 65'535, 65'536, 300'000}) {
    const std::string body = pattern(size);
    all.push_back(here.ask("/echo", body));
    CHECK((all.back().body == body));
    all.push_back(here.ask("/size/" + std::to_string(size)));
    CHECK((all.back().body == body));
    all.push_back(here.ask("/size/0"));
    CHECK(all.back().body.empty());
  }
  REQUIRE(all_are(all, 200));
  CHECK(all.front().headers.find("x-protocol") == here.protocol);
  CHECK(connections(all).size() == 1);
}

void many_at_once(stage& here) {
  here.options.max_connections = 16;
  const auto all = here.finish(echoes(here, 300));
  check_echoes(all);
  CHECK(connections(all).size() <= (here.http2() ? 4 : 16));
  check_echoes(here.finish(echoes(here, 300)));
}

void chunks_and_trailers(stage& here) {
  std::string body;
  for (int i = 0; i < 100; ++i)
    body += "0123456789";
  std::vector<answer> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(here.ask("/chunked"));
    CHECK((all.back().body == body));
    CHECK_FALSE(all.back().headers.contains("x-sum"));
  }
  REQUIRE(all_are(all, 200));
  CHECK(connections(all).size() == 1);
}

void early_hints(stage& here) {
  std::vector<answer> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(here.ask("/hints"));
    CHECK(all.back().body == "final");
    CHECK_FALSE(all.back().headers.contains("link"));
  }
  REQUIRE(all_are(all, 200));
  CHECK(connections(all).size() == 1);
}

void closes_between(stage& here) {
  for (int i = 0; i < 5; ++i) {
    const answer last = here.ask("/close");
    REQUIRE(all_are({last}, 200));
    CHECK(last.body == "closing");
    check_echoes(here.finish(echoes(here, 10)));
  }
}

void cut_short(stage& here) {
  auto beside = echoes(here, 20);
  const auto cut = here.start("/cut");
  const auto more = echoes(here, 20);
  const answer got = here.finish({cut}).front();
  CHECK_FALSE(got.whole);
  CHECK(got.error.code == errc::truncated_body);
  CHECK(got.error.sent);
  check_echoes(here.finish(beside));
  check_echoes(here.finish(more));
}

void large_upload(stage& here) {
  const std::string body = pattern(large);
  REQUIRE(all_are({here.ask("/size/1")}, 200));
  const auto upload = here.start("/count", body);
  for (int round = 0; round < 3; ++round) {
    const auto small = here.finish(echoes(here, 10));
    check_echoes(small);
    // the first ones wait for no more than what was on the way; over HTTP/1.1 they make connections first
    if (round == 0 && here.http2()) CHECK_FALSE(upload->done);
  }
  const answer got = here.finish({upload}).front();
  REQUIRE(all_are({got}, 200));
  CHECK(got.body == std::to_string(large));
  CHECK((here.ask("/echo", body.substr(0, 5'000'000)).body == body.substr(0, 5'000'000)));
}

void large_download(stage& here) {
  if (here.http2()) here.options.max_connections = 1;
  REQUIRE(all_are({here.ask("/size/1")}, 200));
  exchange_result open;
  bool done = false;
  asio::co_spawn(here.io, here.client->exchange(here.request("/size/" + std::to_string(large))),
                 [&](std::exception_ptr, exchange_result got) {
                   open = std::move(got);
                   done = true;
                 });
  here.run_until([&] { return done; });
  REQUIRE_FALSE(open.error);
  for (int round = 0; round < 3; ++round)
    check_echoes(here.finish(echoes(here, 20)));
  std::string body;
  bool last = false;
  while (!last) {
    done = false;
    asio::co_spawn(here.io, open.body->read(), [&](std::exception_ptr, body_piece piece) {
      body += piece.bytes;
      last = piece.last || piece.error;
      CHECK(piece.error.code.message() + piece.error.detail == std::error_code().message());
      done = true;
    });
    here.run_until([&] { return done; });
  }
  CHECK((body == pattern(large)));
}

void given_up(stage& here, const std::function<std::size_t()>& waiting,
              const std::function<void()>& release) {
  fetches all;
  for (int i = 0; i < 20; ++i)
    all.push_back(here.start("/wait"));
  here.run_until([&] { return waiting() == 20; });
  for (std::size_t i = 0; i < all.size(); i += 2)
    all[i]->cancel.emit(asio::cancellation_type::terminal);
  const auto beside = here.finish(echoes(here, 10));
  check_echoes(beside);
  release();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const answer got = here.finish({all[i]}).front();
    CAPTURE(i, got.error.code.message(), got.error.detail);
    if (i % 2 == 0) {
      CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
    } else {
      CHECK(got.body == "waited");
    }
  }
  check_echoes(here.finish(echoes(here, 10)));
}

void whole_client(stage& here) {
  client_options options;
  options.routes = {anthropic({.api_key = "fake-key", .base_url = here.base_url()})};
  options.https = here.options;
  client claude(here.io, std::move(options));
  int good = 0, ended = 0;
  for (int i = 0; i < 50; ++i) {
    claude.async_create(message_request("claude").max_tokens(16).user("Say hello."),
                        [&](std::error_code, const outcome& end) {
                          ++ended;
                          good += end.answered() && end.answer->text() == "hello";
                        });
  }
  here.run_until([&] { return ended == 50; });
  CHECK(good == 50);
}

}  // namespace reroute::peers
