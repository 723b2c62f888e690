// A client over two scripted routes, in virtual time, and what its streams bring.
#pragma once

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>
#include <reroute/testing/script.hpp>
#include <reroute/testing/streamed_answer.hpp>

#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

namespace fakes = reroute::testing;
using fakes::streamed_answer;

/// What one stream brought to its reader.
struct streamed {
  bool opened = false;
  bool ended = false;
  std::string events;  ///< "message_start content_block_start text(ab) ...": one word an event
  std::string text;
  std::optional<reroute::message> whole;
  std::optional<reroute::api_error> error;
  reroute::outcome story;
  std::chrono::milliseconds opened_at{0}, ended_at{0};
};

struct stream_rig {
  explicit stream_rig(reroute::client_options options = {}) {
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

  static std::string word(const reroute::stream_event& event) {
    std::string word(to_string(event.type()));
    if (!event.text().empty()) word += "(" + event.text() + ")";
    return word;
  }

  // reads to the end, event by event
  static asio::awaitable<void> read(stream_rig* self, reroute::call_options options,
                                    std::shared_ptr<streamed> into) {
    try {
      reroute::message_stream stream = co_await self->claude->stream(question(), options);
      into->opened = true;
      into->opened_at = self->elapsed();
      try {
        for (;;) {
          const std::optional<reroute::stream_event> event = co_await stream.next();
          if (!event) break;
          if (!into->events.empty()) into->events += ' ';
          into->events += word(*event);
          if (event->type() == reroute::stream_event_type::text) into->text += event->text();
        }
        into->whole = co_await stream.finish();
      } catch (const reroute::api_error& failed) {
        into->error = failed;
      }
      into->story = stream.outcome();
    } catch (const reroute::api_error& failed) {
      into->error = failed;
      into->story = failed.outcome();
    }
    into->ended = true;
    into->ended_at = self->elapsed();
  }

  std::shared_ptr<streamed> start(reroute::call_options options = {}) {
    auto into = std::make_shared<streamed>();
    asio::co_spawn(io, read(this, std::move(options), into), asio::detached);
    return into;
  }
  streamed run(reroute::call_options options = {}) {
    const auto into = start(std::move(options));
    time->run(io);
    return *into;
  }
  std::chrono::milliseconds elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time->now() - begin);
  }

  asio::io_context io;
  std::shared_ptr<fakes::manual_clock> time = std::make_shared<fakes::manual_clock>();
  const reroute::time_point begin = time->now();
  std::shared_ptr<fakes::script> a = std::make_shared<fakes::script>(time),
                                 b = std::make_shared<fakes::script>(time);
  std::optional<reroute::client> claude;
};

/// A good answer of one text block.
inline reroute::http::response good(std::string_view text = "hello", std::size_t piece = 2) {
  return streamed_answer().start().text(text, piece).stop().response();
}

/// Opens a stream by a callback.
inline std::optional<reroute::message_stream> open(stream_rig& r,
                                                   reroute::call_options options = {}) {
  std::optional<reroute::message_stream> opened;
  r.claude->async_stream(stream_rig::question(), std::move(options),
                         [&](std::error_code code, reroute::message_stream stream) {
                           CHECK_FALSE(code);
                           opened.emplace(std::move(stream));
                         });
  r.time->run_until(r.io, [&] { return opened.has_value(); });
  return opened;
}

/// What a read by a callback brought.
struct step {
  int times = 0;
  std::error_code code;
  std::optional<reroute::stream_event> event;
};

inline auto into(std::shared_ptr<step> to) {
  return [to](std::error_code code, std::optional<reroute::stream_event> event) {
    ++to->times;
    to->code = code;
    to->event = std::move(event);
  };
}

}  // namespace tests
