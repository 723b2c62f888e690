// The stage: lines, latencies, silence and cuts.
#include "tests/support/stage.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <utility>

namespace tests {

line says(int status, std::string body, reroute::http::headers headers) {
  line said;
  said.status = status;
  said.body = std::move(body);
  said.headers = std::move(headers);
  return said;
}

line answer(std::string_view text) {
  return says(
      200,
      R"({"type":"message","id":"msg_1","role":"assistant","model":"m","content":[{"type":"text","text":")" +
          std::string(text) +
          R"("}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":5}})",
      {{"request-id", "req_ok"}});
}

line refusal(int seconds) {
  return says(429, R"({"type":"error","error":{"type":"rate_limit_error","message":"rate limit"}})",
              {{"retry-after", std::to_string(seconds)}, {"request-id", "req_no"}});
}

line breaks(std::error_code code, bool sent) {
  line said;
  said.error.code = code;
  said.error.sent = sent;
  return said;
}

line silence() {
  line said;
  said.silent = true;
  return said;
}

director always(line said) {
  return [said](const auto&, std::size_t) { return said; };
}

director first(std::size_t count, line said, line then) {
  return [=](const auto&, std::size_t number) { return number < count ? said : then; };
}

asio::awaitable<bool> wait_on(std::shared_ptr<reroute::clock> time,
                              std::chrono::milliseconds how_long) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer signal(executor, asio::steady_timer::time_point::max());
  const std::unique_ptr<reroute::timer> alarm = time->make_timer(executor);
  bool woken = false;
  if (how_long != std::chrono::milliseconds::max()) {
    alarm->wake_at(time->now() + how_long, [&] {
      woken = true;
      signal.cancel();
    });
  }
  reroute::loop_error_code ended;
  co_await signal.async_wait(asio::redirect_error(asio::use_awaitable, ended));
  co_return !woken;
}

class stage_body final : public reroute::response_body {
 public:
  stage_body(std::shared_ptr<stage> on, line said) : on_(std::move(on)), said_(std::move(said)) {
    ++on_->open;
  }
  ~stage_body() override {
    --on_->open;
    if (!ended_) ++on_->cancelled;
  }
  asio::awaitable<reroute::body_piece> read() override {
    reroute::body_piece piece;
    bool cancelled = false;
    if (said_.body_after.count() > 0) cancelled = co_await wait_on(on_->clock_, said_.body_after);
    piece.error.sent = true;
    if (cancelled) {
      piece.error.code = make_error_code(asio::error::operation_aborted);
    } else {
      piece.error.code = said_.cut;
      piece.bytes = said_.body;
      piece.last = !said_.cut;
      ended_ = true;
    }
    co_return piece;
  }

 private:
  std::shared_ptr<stage> on_;
  line said_;
  bool ended_ = false;
};

asio::awaitable<reroute::exchange_result> stage::exchange(reroute::http::request request) {
  const auto keep = shared_from_this();
  heard one;
  one.request = std::move(request);
  one.at = clock_->now();
  line said = lines_(one.request, requests.size());
  requests.push_back(std::move(one));
  ++open;
  const auto how_long = said.silent ? std::chrono::milliseconds::max() : said.head_after;
  const bool gone = co_await wait_on(clock_, how_long);
  --open;
  reroute::exchange_result result;
  if (gone) {
    ++cancelled;
    result.error.code = make_error_code(asio::error::operation_aborted);
    result.error.sent = true;
  } else if (said.error) {
    result.error = said.error;
  } else {
    result.head.status = said.status;
    result.head.headers = said.headers;
    result.body = std::make_unique<stage_body>(keep, std::move(said));
  }
  co_return result;
}

}  // namespace tests
