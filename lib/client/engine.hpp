// The engine: does what the machines say. One per client, on one strand.
#pragma once

#include <reroute/client/call_options.hpp>
#include <reroute/client/client_options.hpp>

#include "client/call.hpp"
#include "client/live_route.hpp"
#include "traffic/dispatcher.hpp"

#include <asio/any_io_executor.hpp>

#include <memory>
#include <random>
#include <string_view>
#include <vector>

namespace reroute::detail {

class engine : public std::enable_shared_from_this<engine> {
 public:
  using time_point = call_machine::time_point;

  engine(asio::any_io_executor executor, client_options options);
  ~engine();

  [[nodiscard]] const asio::any_io_executor& executor() const { return executor_; }
  [[nodiscard]] time_point now() const { return clock_->now(); }

  /// Makes a call of what is asked; may run on any thread.
  [[nodiscard]] std::shared_ptr<call> prepare(operation op, encoded_request request,
                                              const call_options& options, completion_ptr handler);
  void begin(std::shared_ptr<call> which);
  void cancel(call& which);
  void cancel_all();
  /// The client is gone: cancels everything and gives up the transports.
  void close();
  /// The execution context is going down: lets go of all handlers without calling them.
  void abandon() noexcept;

  // what the coroutine of an attempt tells
  [[nodiscard]] live_route& route(int index) { return routes_[static_cast<std::size_t>(index)]; }
  [[nodiscard]] const std::shared_ptr<clock>& time() const { return clock_; }
  /// The credential is there; the request goes to the transport.
  void sending(flight& from) noexcept;
  void head_came(flight& from, int status) noexcept;
  /// One exchange has failed and another follows within the same attempt's right (a refreshed
  /// token).
  void exchange_failed(flight& from, normalized_error error, exchange_facts facts) noexcept;
  void failed(flight& from, normalized_error error, exchange_facts facts) noexcept;
  void answered(flight& from, outcome answer, exchange_facts facts) noexcept;

 private:
  void apply(call& which, const call_machine::step& next);
  void launch(call& which, int route, permit held);
  void begin_exchange(call& which, int route);
  void end_exchange(flight& from, const normalized_error& error, exchange_facts& facts);
  void leave_flight(call& which, const normalized_error& why);
  void tell_gate(flight& from, const normalized_error& error);
  void finish(call& which, reroute::stopped why, normalized_error error, outcome result = {});
  [[nodiscard]] normalized_error own_error(reroute::stopped why, const call& which) const;
  void attempt_timed_out(call& which);
  void act(const verdict& said);
  void closed_to(call& which, const verdict& said);
  void look_for_a_stall(time_point at);
  void schedule_pump();
  void pump();
  void arm();
  [[nodiscard]] double random();

  asio::any_io_executor executor_;
  std::shared_ptr<clock> clock_;
  std::unique_ptr<timer> timer_;
  reroute::observer observer_;
  reroute::plan plan_;
  std::chrono::milliseconds deadline_, attempt_timeout_;
  std::size_t max_waiting_;
  call_rules rules_;
  std::vector<live_route> routes_;
  std::shared_ptr<transport> own_transport_;
  dispatcher dispatcher_;
  due_heap flights_;  // calls with an attempt under way, by its time limit
  std::vector<std::shared_ptr<call>> calls_;
  std::minstd_rand generator_;
  std::uint64_t last_id_ = 0;
  time_point armed_ = time_point::max();
  bool pumping_ = false;
  bool closed_ = false;
};

}  // namespace reroute::detail
