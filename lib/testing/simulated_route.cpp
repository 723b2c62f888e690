// A transport behind which a simulated route stands.
#include "testing/simulated_route.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <charconv>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace reroute::testing {
namespace {

constexpr std::string_view id_prefix = "storm-call-";
// a client may probe a route that asks for more
constexpr storm_time longest_believed = std::chrono::seconds(30);

std::optional<std::size_t> number_in(std::string_view text) {
  const auto at = text.find(id_prefix);
  if (at == std::string_view::npos) return std::nullopt;
  text.remove_prefix(at + id_prefix.size());
  std::size_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc() ? std::optional(number) : std::nullopt;
}

}  // namespace

std::string simulated_call_id(std::size_t number) {
  return std::string(id_prefix) + std::to_string(number);
}

std::size_t simulated_call_of(const http::request& request) {
  auto number = number_in(request.body.tail());
  if (!number) number = number_in(request.body.head());
  if (!number) throw std::invalid_argument("a request that belongs to no call of the storm");
  return *number;
}

// an exchange, for the ledger: from the request until nobody holds its response any more
class simulated_route::under_way {
 public:
  under_way(std::shared_ptr<simulated_route> at, std::size_t call)
      : at_(std::move(at)), call_(call) {
    at_->storm_->ledger.sent(call_, at_->index_, at_->storm_->now());
  }
  under_way(under_way&&) = default;
  under_way& operator=(under_way&&) = delete;
  ~under_way() { end(); }

  void end() {
    if (const auto at = std::exchange(at_, nullptr))
      at->storm_->ledger.finished(call_, at->index_, at->storm_->now());
  }
  void deliver() { at_->storm_->ledger.delivered(call_, at_->index_); }

 private:
  std::shared_ptr<simulated_route> at_;
  std::size_t call_;
};

class simulated_route::body final : public response_body {
 public:
  body(under_way exchange, std::string text, bool is_answer)
      : exchange_(std::move(exchange)), text_(std::move(text)), is_answer_(is_answer) {}

  asio::awaitable<body_piece> read() override {
    if (is_answer_) exchange_.deliver();
    exchange_.end();
    body_piece piece;
    piece.bytes = text_;
    piece.last = true;
    co_return piece;
  }

 private:
  under_way exchange_;
  std::string text_;
  bool is_answer_;
};

simulated_route::simulated_route(std::shared_ptr<simulated_storm> storm, std::size_t index)
    : storm_(std::move(storm)), index_(index), server_(storm_->what, index) {}

simulated_voice simulated_route::voice() const {
  const scenario_route& route = storm_->what.routes[index_];
  return {storm_->what, route, server_.limits(), storm_->time->wall_now() + route.skew};
}

simulated_route::verdict simulated_route::refuse(int status, storm_time wait) {
  const storm_time now = storm_->now();
  storm_->ledger.refused(index_, status, now);
  verdict made;
  made.what = verdict::kind::refusal;
  made.at = now + storm_->what.routes[index_].refusal_latency;
  made.refusal = simulated_refusal(voice(), status, wait, refusals_++);
  if (made.refusal.wait <= longest_believed) made.until = now + made.refusal.wait;
  return made;
}

simulated_route::verdict simulated_route::judge(std::size_t call) {
  const storm_time now = storm_->now();
  server_.advance(now);
  verdict made;
  if (const scenario_event* bad = server_.mishap()) {
    if (bad->what == scenario_event::kind::fault) return refuse(bad->status, bad->hint);
    storm_->ledger.silenced(index_);
    made.what = verdict::kind::silence;
    return made;
  }
  if (const storm_time wait = server_.wait(); wait.count() > 0) return refuse(429, wait);
  const std::size_t before = storm_->ledger.admissions(call, index_);
  made.at = now + latency_of(storm_->what, index_, call, before);
  server_.admit(made.at);
  if (storm_->what.routes[index_].headers_at_admission) made.answer = simulated_answer(voice());
  storm_->ledger.admitted(call, index_, now);
  return made;
}

// false: given up before
asio::awaitable<bool> simulated_route::sleep(const verdict& until,
                                             const asio::any_io_executor& executor) {
  scripted_wait wait(executor, *storm_->time);
  waits_.insert(&wait);
  std::optional<time_point> at;
  if (until.what != verdict::kind::silence) at = storm_->begin + until.at;
  const bool come = co_await wait.wait(at);
  waits_.erase(&wait);
  co_return come;
}

asio::awaitable<exchange_result> simulated_route::exchange(http::request request) {
  const std::shared_ptr<simulated_route> kept = shared_from_this();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange_result result;
  if (shut_) {
    result.error.code = make_error_code(asio::error::operation_aborted);
    co_return result;
  }
  const std::size_t call = simulated_call_of(request);
  under_way mine(kept, call);
  verdict what = judge(call);
  const bool come = co_await sleep(what, executor);
  if (!come) {
    storm_->ledger.gave_up(index_);
    result.error.code = make_error_code(asio::error::operation_aborted);
    result.error.sent = true;
    co_return result;
  }
  const bool is_answer = what.what == verdict::kind::answer;
  if (!is_answer) storm_->ledger.heard(index_, what.until);
  if (is_answer) server_.advance(storm_->now());
  http::response said;
  if (!is_answer) {
    said = std::move(what.refusal.answer);
  } else if (what.answer) {
    said = std::move(*what.answer);
  } else {
    said = simulated_answer(voice());
  }
  result.head.status = said.status;
  result.head.headers = std::move(said.headers);
  result.body = std::make_unique<body>(std::move(mine), std::move(said.body), is_answer);
  co_return result;
}

void simulated_route::shutdown() {
  shut_ = true;
  for (scripted_wait* each : waits_)
    each->shut();
}

}  // namespace reroute::testing
