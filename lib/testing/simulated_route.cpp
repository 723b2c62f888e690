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
    : storm_(std::move(storm)),
      index_(index),
      mixes_(mixes_of(storm_->what)),
      server_(storm_->what, index) {}

simulated_voice simulated_route::voice() const {
  const scenario_route& route = storm_->what.routes[index_];
  return {route, server_.told(), storm_->time->wall_now() + route.skew};
}

http::response simulated_route::answer_to(std::size_t call) {
  return simulated_answer(voice(), mixes_[mix_of(storm_->what, call)]);
}

bool simulated_route::open(storm_time now) {
  server_.advance(now);
  return server_.open();
}

simulated_route::verdict simulated_route::refuse(int status, announced said, storm_time after) {
  const storm_time now = storm_->now();
  storm_->ledger.refused(index_, status, now);
  verdict made;
  made.what = verdict::kind::refusal;
  made.at = now + after;
  made.said = std::move(said.answer);
  made.until = now + said.wait;
  made.asked = said.wait;
  return made;
}

simulated_route::verdict simulated_route::suffer(const scenario_event& bad,
                                                 const request_draws& draws) {
  using kind = scenario_event::kind;
  if (bad.what == kind::fault)
    return refuse(bad.status, event_refusal(voice(), bad, refusals_++), draws.refusal);
  verdict made;
  if (bad.what == kind::reset) {
    made.what = verdict::kind::reset;
    made.at = storm_->now() + draws.refusal;
    storm_->ledger.reset(index_, storm_->now());
  } else {
    made.what = verdict::kind::silence;
    storm_->ledger.silenced(index_);
  }
  return made;
}

simulated_route::verdict simulated_route::judge(std::size_t call, const request_draws& draws) {
  const storm_time now = storm_->now();
  server_.advance(now);
  if (const auto bad = server_.goes_wrong(draws.dice)) return suffer(*bad->what, draws);
  if (const limit* const by = server_.binding(call)) {
    announced said = limit_refusal(voice(), by->rule(), server_.wait(call), refusals_++);
    return refuse(429, std::move(said), draws.refusal);
  }
  verdict made;
  made.at = now + latency_of(storm_->what, index_, call, storm_->ledger.admissions(call, index_));
  server_.admit(call, made.at);
  if (storm_->what.routes[index_].headers_at_admission) made.said = answer_to(call);
  storm_->ledger.admitted(call, index_, now);
  return made;
}

// false: given up before
asio::awaitable<bool> simulated_route::sleep(std::optional<storm_time> until,
                                             const asio::any_io_executor& executor) {
  scripted_wait wait(executor, *storm_->time);
  waits_.insert(&wait);
  std::optional<time_point> at;
  if (until) at = storm_->begin + *until;
  const bool come = co_await wait.wait(at);
  waits_.erase(&wait);
  co_return come;
}

asio::awaitable<bool> simulated_route::travel(storm_time way,
                                              const asio::any_io_executor& executor) {
  bool come = true;
  const std::optional<storm_time> there = storm_->now() + way;
  if (way.count() > 0) come = co_await sleep(there, executor);
  co_return come;
}

// until what was decided is made
asio::awaitable<bool> simulated_route::ready(const verdict& what,
                                             const asio::any_io_executor& executor) {
  std::optional<storm_time> at;
  if (what.what != verdict::kind::silence) at = what.at;
  const bool come = co_await sleep(at, executor);
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
  const request_draws draws = draws_of(storm_->what, index_, requests_++);
  under_way mine(kept, call);
  verdict what;
  bool come = co_await travel(draws.there, executor);
  if (come) {
    what = judge(call, draws);
    come = co_await ready(what, executor);
  }
  const bool is_answer = what.what == verdict::kind::answer;
  if (come && is_answer && !what.said) {
    server_.advance(storm_->now());
    what.said = answer_to(call);
  }
  if (come) come = co_await travel(draws.back, executor);
  if (!come || what.what == verdict::kind::reset) {
    const bool reset = come;
    if (!reset) storm_->ledger.gave_up(index_);
    result.error.code = reset ? make_error_code(asio::error::connection_reset)
                              : make_error_code(asio::error::operation_aborted);
    result.error.sent = true;
    co_return result;
  }
  if (!is_answer)
    storm_->ledger.heard(index_, what.until, what.asked, mixes_[mix_of(storm_->what, call)].model);
  result.head.status = what.said->status;
  result.head.headers = std::move(what.said->headers);
  result.body = std::make_unique<body>(std::move(mine), std::move(what.said->body), is_answer);
  co_return result;
}

void simulated_route::shutdown() {
  shut_ = true;
  for (scripted_wait* each : waits_)
    each->shut();
}

}  // namespace reroute::testing
