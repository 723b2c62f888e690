// A transport on which a test says every line: for tests of what happens above the wire.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace tests {

/// What the stage does with one request.
struct line {
  int status = 200;
  std::string body = {};
  reroute::http::headers headers = {};
  reroute::transport_error error = {};       ///< instead of an answer
  std::chrono::milliseconds head_after{10};  ///< until the head, or the error
  std::chrono::milliseconds body_after{0};   ///< from the head to the body
  bool silent = false;                       ///< never answers
  std::error_code cut = {};                  ///< the body ends in this
};

line says(int status, std::string body = {}, reroute::http::headers headers = {});
/// An answer of the Messages API.
line answer(std::string_view text = "hello");
/// 429 in Anthropic's shape, with a hint in seconds.
line refusal(int seconds);
line breaks(std::error_code code, bool sent);
line silence();

/// Asked for each request; `number` counts from 0.
using director = std::function<line(const reroute::http::request& request, std::size_t number)>;

/// The same line to every request.
director always(line said);
/// This line to the first `count` requests, then `then`.
director first(std::size_t count, line said, line then = answer("a"));

class stage : public reroute::transport, public std::enable_shared_from_this<stage> {
 public:
  stage(std::shared_ptr<reroute::clock> time, director lines)
      : clock_(std::move(time)), lines_(std::move(lines)) {}

  asio::awaitable<reroute::exchange_result> exchange(reroute::http::request request) override;
  void shutdown() override { ++shutdowns; }

  struct heard {
    reroute::http::request request;
    reroute::time_point at;
  };
  std::vector<heard> requests;
  int open = 0;       ///< exchanges not yet ended
  int cancelled = 0;  ///< exchanges that were given up
  int shutdowns = 0;

 private:
  friend class stage_body;
  std::shared_ptr<reroute::clock> clock_;
  director lines_;
};

/// Waits on a clock, cancellable; true if it was cancelled.
asio::awaitable<bool> wait_on(std::shared_ptr<reroute::clock> time,
                              std::chrono::milliseconds how_long);

}  // namespace tests
