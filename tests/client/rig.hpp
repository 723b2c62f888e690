// A client over two stages, in virtual time.
#pragma once

#include <reroute/reroute.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "tests/support/stage.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

/// The end of one call, and how often it came.
struct ending {
  int times = 0;
  std::error_code code;
  reroute::outcome result;
};

struct rig {
  explicit rig(
      director first, director second = [](const auto&, std::size_t) { return answer("b"); },
      reroute::client_options options = {})
      : a(std::make_shared<stage>(time, std::move(first))),
        b(std::make_shared<stage>(time, std::move(second))) {
    time->set_grace(std::chrono::milliseconds(0));
    options.routes = {reroute::anthropic({.api_key = "canary-key-a", .transport = a}),
                      reroute::azure_foundry({.resource = "contoso",
                                              .api_key = "canary-key-b",
                                              .models = {{"claude", "deployment"}},
                                              .transport = b})};
    options.time = time;
    options.seed = 1;
    options.gate.hint_jitter = 0;
    claude.emplace(io, std::move(options));
  }

  static reroute::message_request question() {
    return reroute::message_request("claude").max_tokens(16).user("hello?");
  }
  /// Starts a call; its ending is filled when it has ended.
  std::shared_ptr<ending> call(reroute::call_options options = {}) {
    auto end = std::make_shared<ending>();
    claude->async_create(question(), options, [end](std::error_code code, reroute::outcome result) {
      ++end->times;
      end->code = code;
      end->result = std::move(result);
    });
    return end;
  }
  /// One call, run to its end.
  ending run(reroute::call_options options = {}) {
    const auto end = call(options);
    time->run(io);
    return *end;
  }
  std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time->now() - begin);
  }

  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  const reroute::time_point begin = time->now();
  std::shared_ptr<stage> a, b;
  std::optional<reroute::client> claude;
};

}  // namespace tests
