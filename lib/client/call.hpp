// A call while it lives, and the attempt that it has under way.
#pragma once

#include <reroute/client/completion.hpp>
#include <reroute/client/outcome.hpp>
#include <reroute/message/encoded_request.hpp>

#include "client/call_machine.hpp"
#include "traffic/gate.hpp"
#include "traffic/lane.hpp"

#include <asio/cancellation_signal.hpp>

#include <cstdint>
#include <memory>
#include <vector>

namespace reroute::detail {

struct call;

/// One attempt under way. Shared by its call and the coroutine that runs it; the call may leave
/// first (deadline, cancellation), and what then comes back is of no interest.
struct flight {
  flight(call& from, int on, permit right)
      : owner(&from), route(on), scope(from_scope(from)), held(right) {}
  static std::uint32_t from_scope(const call& from);

  call* owner;
  int route;
  std::uint32_t scope;
  permit held;
  bool gate_knows = false;  // the permit is given back
  bool sent = false;        // handed to the transport
  bool timed_out = false;   // given up; it will say so itself
  asio::cancellation_signal cancel;

  /// Nobody wants what it may still bring.
  [[nodiscard]] bool given_up() const { return owner == nullptr || timed_out; }
};

/// A call. While it waits it is this object and nothing else: no coroutine, no timer, no
/// connection.
struct call : waiter {
  call(call_machine decisions, operation what, encoded_request asked, completion_ptr handler)
      : machine(std::move(decisions)),
        op(what),
        request(std::move(asked)),
        done(std::move(handler)) {}

  call_machine machine;
  std::uint64_t id = 0;
  operation op;
  encoded_request request;
  completion_ptr done;
  std::chrono::nanoseconds attempt_timeout{0};
  time_point waiting_since{};
  std::shared_ptr<flight> under_way;
  std::vector<attempt> attempts;
  std::size_t place = 0;  // in the engine's list
  bool begun = false;     // stands in that list, or is over
  bool unwanted = false;  // cancelled
};

inline std::uint32_t flight::from_scope(const call& from) { return from.scope; }

}  // namespace reroute::detail
