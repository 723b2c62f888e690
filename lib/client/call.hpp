// A call while it lives, and the attempts that it has under way.
#pragma once

#include <reroute/client/completion.hpp>
#include <reroute/client/outcome.hpp>
#include <reroute/error/errc.hpp>
#include <reroute/message/encoded_request.hpp>

#include "client/call_machine.hpp"
#include "detail/recycling.hpp"
#include "traffic/gate.hpp"
#include "traffic/waiter.hpp"

#include <asio/cancellation_signal.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace reroute::detail {

struct call;
class open_stream;

/// One attempt under way. Shared by its call and the coroutine that runs it; the call may leave
/// first (deadline, cancellation, a race that is lost), and what then comes back is of no interest.
struct flight {
  using time_point = waiter::time_point;

  flight(call& from, int on, permit right);

  call* owner;
  int route;
  std::uint32_t scope;
  permit held;
  std::size_t line = 0;                    // of the call's attempts
  bool hedge = false;                      // not the call's first under way
  bool gate_knows = false;                 // the permit is given back
  bool streams = false;                    // keeps its place in the gate behind its head
  bool sent = false;                       // handed to the transport
  bool timed_out = false;                  // given up; it will say so itself
  errc late = errc::attempt_timeout;       // and with this
  time_point sent_at{};                    // when it was handed to the transport
  time_point timeout = time_point::max();  // of the attempt
  time_point silence = time_point::max();  // of a stream before its first content
  errc silence_says = errc::idle_timeout;
  time_point hedge_at = time_point::max();  // when another route is asked too
  time_point due = time_point::max();       // the earliest of these and the call's deadline
  list_hook<flight> clock;
  heap_hook clock_heap;
  asio::cancellation_signal cancel;
  std::weak_ptr<open_stream> stream;  // that it has become

  /// Nobody wants what it may still bring.
  [[nodiscard]] bool given_up() const { return owner == nullptr || timed_out; }
};

struct flight_due {
  flight::time_point operator()(const flight& each) const noexcept { return each.due; }
};
using flight_queue = ordered_queue<flight, &flight::clock, &flight::clock_heap, flight_due>;

/// What a call has sent. One that waits for its first turn has none.
struct call_story : recycled {
  std::vector<std::shared_ptr<flight>> flights;  // under way
  std::vector<attempt> attempts;                 // all
  waiter::time_point waiting_since;
  std::optional<std::size_t> ended_by;  // line of the attempt that ended the call while others fly
};

/// A call. While it waits it is this object, its request and its handler: no coroutine, no timer, no
/// connection.
struct call : waiter {
  call(call_machine decisions, operation what, encoded_request asked, completion_ptr handler)
      : op(what),
        machine(std::move(decisions)),
        request(std::move(asked)),
        done(std::move(handler)) {}

  [[nodiscard]] bool has_flights() const { return story && !story->flights.empty(); }

  operation op;
  bool begun = false;     // stands in the engine's list, or is over
  bool unwanted = false;  // cancelled
  call_machine machine;
  encoded_request request;
  completion_ptr done;
  std::shared_ptr<open_stream> stream;  // of a stream: what its caller will read from
  std::uint64_t id = 0;
  std::chrono::nanoseconds attempt_timeout{0};
  std::size_t place = 0;  // in the engine's list
  std::unique_ptr<call_story> story;
};

inline flight::flight(call& from, int on, permit right)
    : owner(&from), route(on), scope(from.scope), held(right) {}

}  // namespace reroute::detail
