// The engine: does what the machines say. One per client, on one strand.
#pragma once

#include <reroute/client/call_options.hpp>
#include <reroute/client/client_options.hpp>
#include <reroute/client/client_stats.hpp>
#include <reroute/http/date.hpp>

#include "client/call.hpp"
#include "client/errand.hpp"
#include "client/live_route.hpp"
#include "client/open_stream.hpp"
#include "client/thread_check.hpp"
#include "detail/user_function.hpp"
#include "io/bells.hpp"
#include "traffic/dispatcher.hpp"
#include "traffic/limit.hpp"

#include <asio/any_io_executor.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace reroute::detail {

/// Its parts: engine.cpp (calls come and go), engine_end.cpp (they are cancelled, or there are to be no more), engine_attempts.cpp (what they have under way),
/// engine_streams.cpp (those whose caller reads),
/// engine_pump.cpp (what the dispatcher says is done), engine_views.cpp (what users may see of it).
class engine : public std::enable_shared_from_this<engine> {
 public:
  using time_point = call_machine::time_point;

  engine(asio::any_io_executor executor, client_options options);
  ~engine();

  /// The user's: handlers without an executor of their own run on it.
  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
  /// The client's own work runs on this one: the same, with `thread_check` in builds without NDEBUG.
  [[nodiscard]] const asio::any_io_executor& strand() const { return strand_; }
  [[nodiscard]] bool deadline_is_default() const { return deadline_is_default_; }
  [[nodiscard]] time_point now() const { return clock_->now(); }

  /// Makes a call of what is asked; may run on any thread.
  [[nodiscard]] std::shared_ptr<call> prepare(operation op, encoded_request request,
                                              const call_options& options, completion_ptr handler,
                                              std::shared_ptr<open_stream> stream = nullptr);
  void begin(std::shared_ptr<call> which, const std::string& tenant);
  void cancel(call& which);
  void cancel_all();
  /// The client is gone: cancels everything and gives up the transports.
  void close();
  [[nodiscard]] bool closed() const { return closed_; }
  /// Is cancelled when the client ends.
  void add(const std::shared_ptr<errand>& which);

  // draining
  void refuse_calls() noexcept { draining_ = true; }
  /// No call waits or is under way, and no stream is being read.
  [[nodiscard]] bool idle() const { return calls_.empty() && streams_.empty(); }
  /// They ring when it has become idle.
  [[nodiscard]] bells& idle_watchers() { return idle_watchers_; }
  /// Those that no route brought.
  [[nodiscard]] std::vector<std::shared_ptr<transport>> own_transports() const;

  /// The execution context is going down: lets go of all handlers without calling them.
  void abandon() noexcept;

  [[nodiscard]] std::vector<gate_status> gates();
  [[nodiscard]] client_stats stats() const;

  // what the coroutine of an attempt tells
  [[nodiscard]] live_route& route(int index) { return routes_[static_cast<std::size_t>(index)]; }
  [[nodiscard]] const std::shared_ptr<clock>& time() const { return clock_; }
  [[nodiscard]] http::date today() const {
    return std::chrono::time_point_cast<std::chrono::seconds>(clock_->wall_now());
  }
  /// There is a route that does without the tokens of `on`.
  [[nodiscard]] bool has_way_around(const live_route& on) const {
    return std::any_of(routes_.begin(), routes_.end(),
                       [&](const live_route& other) { return other.tokens != on.tokens; });
  }
  [[nodiscard]] std::vector<std::string> route_names() const;
  [[nodiscard]] bool retries_lost_answers() const { return rules_.retry_lost_answers; }
  /// The credential is there; the request goes to the transport.
  void sending(flight& from) noexcept;
  void resent(flight& from) noexcept;
  void head_came(flight& from, const exchange_facts& facts) noexcept;
  /// One exchange has failed and another follows within the same attempt's right (a refreshed
  /// token).
  void exchange_failed(flight& from, normalized_error error, exchange_facts facts) noexcept;
  void failed(flight& from, normalized_error error, exchange_facts facts) noexcept;
  void answered(flight& from, outcome&& answer, exchange_facts facts) noexcept;
  /// The time at which a stream that waits for its first content has been silent for too long.
  void silence(flight& from, time_point at, errc why);
  /// Its first content has come: the call is answered, and its stream open. Nothing if the call is over.
  [[nodiscard]] std::shared_ptr<open_stream> content_came(flight& from, stream_beginning beginning,
                                                          exchange_facts facts) noexcept;

  // streams
  [[nodiscard]] deadlines& stream_limits() { return stream_limits_; }
  [[nodiscard]] stream_guards guards_of(const call_options& options) const {
    return options.guards().value_or(guards_);
  }
  void stream_ended(open_stream& which, const outcome& end) noexcept;
  void forget(open_stream& which) noexcept;

 private:
  [[nodiscard]] std::shared_ptr<token_cache> tokens_of(const reroute::route& on,
                                                       const https_options& https);
  // calls
  void apply(call& which, const call_machine::step& next);
  void cancel_some();
  void cancel_next();
  void cancel_streams();
  void finish(call& which, reroute::stopped why, normalized_error error,
              outcome&& result = outcome());
  [[nodiscard]] normalized_error own_error(reroute::stopped why, const call& which) const;
  // attempts
  [[nodiscard]] static consumption consumed(const token_usage& usage);
  void launch(call& which, int route, permit held, bool hedge = false);
  void hedge(flight& slow);
  void race(call& which);
  [[nodiscard]] bool ask_too(call& which, int route, bool from_budget);
  void begin_exchange(flight& from);
  void end_exchange(flight& from, const normalized_error& error, exchange_facts& facts);
  void land(flight& from);
  void leave(call& which, flight& from, const normalized_error& why);
  void leave_all(call& which, const normalized_error& why);
  void keep_place(flight& from);
  void free_place(flight& from) noexcept;
  void won(call& which, flight& from, exchange_facts& facts);
  void count(reroute::stopped why);
  void tell_gate(flight& from, const normalized_error& error, const http::rate_limits* limits);
  void attempt_timed_out(flight& late, errc why);
  void tell_wait(const call& which, const flight& failed, std::chrono::nanoseconds backoff);
  [[nodiscard]] time_point hedge_time(const flight& from);
  void set_due(flight& from);
  // Work done in one turn of the loop, so that a storm does not starve the sockets. What an admission
  // sets off runs right behind the pump, in the same turn, and takes several times as long.
  static constexpr int calls_per_turn = 256;
  static constexpr std::chrono::nanoseconds time_per_turn = std::chrono::microseconds(300);
  // the pump
  void look_at_flight(flight& due, time_point at);
  void act(const verdict& said);
  void closed_to(call& which, const verdict& said);
  void look_for_a_stall(time_point at);
  void schedule_pump();
  void pump();
  void arm();
  // views
  void look_at_gates();
  [[nodiscard]] gate_status status_of(int route, std::uint32_t scope, const gate& at) const;
  [[nodiscard]] double random();
  // a hook that throws ends the program, wherever it is called from
  template <class Event>
  static void tell(const std::function<void(const Event&)>& hook, const char* name,
                   const Event& what) noexcept {
    if (hook) must_not_throw(name, [&] { hook(what); });
  }

  std::shared_ptr<thread_check> threads_;  // null with NDEBUG
  asio::any_io_executor executor_, strand_;
  std::shared_ptr<clock> clock_;
  std::unique_ptr<timer> timer_;
  reroute::observer observer_;
  reroute::plan plan_;
  std::chrono::milliseconds deadline_, attempt_timeout_;
  bool deadline_is_default_;
  stream_guards guards_;
  std::size_t max_waiting_;
  call_rules rules_;
  limit hedge_tokens_;  // without a rate: as many as one likes
  std::vector<live_route> routes_;
  std::shared_ptr<transport> own_transport_;
  std::shared_ptr<transport> plain_transport_;  // lent to sources of tokens
  dispatcher dispatcher_;
  flight_queue flights_;
  deadlines stream_limits_;
  std::vector<open_stream*> streams_;  // open, their first content behind them
  std::vector<std::shared_ptr<call>> calls_;
  asio::any_io_executor busy_;  // the executor, kept busy while there are calls
  std::unordered_map<const gate*, gate_state> told_;  // what the observer knows of the gates
  std::vector<std::weak_ptr<errand>> errands_;
  bells idle_watchers_;
  client_stats counts_;
  std::minstd_rand generator_;
  std::uint64_t last_id_ = 0;
  time_point armed_ = time_point::max();
  std::uint64_t unwanted_up_to_ = 0;  // calls with these numbers are being cancelled
  std::size_t to_cancel_ = 0;         // the first of calls_, which are still to be looked at
  bool cancelling_ = false;           // there are some, or it is at work on them
  bool pumping_ = false;
  bool draining_ = false;
  bool closed_ = false;
};

}  // namespace reroute::detail
