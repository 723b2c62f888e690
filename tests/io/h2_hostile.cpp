// What a peer may do over HTTP/2 that is odd, late or hostile, frame by frame.
#include "tests/io/h2_frames.hpp"
#include "tests/io/h2_peer.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

struct h2_world : world {
  h2_world() { options.versions = http_versions::http2_or_1; }
};

}  // namespace

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
                           co_await on.write(frame(0x0, 0x1, 1, too_long ? "four" : "2"));
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
