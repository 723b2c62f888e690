// Hooks that see what calls do: for logs, metrics and traces.
#pragma once

#include <reroute/client/outcome.hpp>
#include <reroute/error/normalized_error.hpp>
#include <reroute/traffic/gate_status.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>
#include <system_error>

namespace reroute {

/// Calls of one client are numbered from 1.
using call_id = std::uint64_t;

/// An attempt is about to be sent.
struct attempt_event {
  call_id call = {};
  std::string_view route = {};
  std::string_view model = {};           ///< as this route calls it
  int number = 0;                        ///< of the call's attempts, from 1
  std::chrono::nanoseconds waited = {};  ///< since the call began, or since its last attempt ended
};

/// An attempt has failed, for whatever reason.
struct refusal_event {
  call_id call = {};
  int number = 0;                 ///< of the call's attempts, from 1
  const normalized_error& error;  ///< names the route
};

/// A call begins to wait after a failed attempt: for the route's gate, which a refusal has closed, whether it named
/// a time or not, or for its own backoff.
struct wait_event {
  call_id call = {};
  std::string_view route = {};  ///< where it failed
  /// For how long that route is out of the question for it, at least; another may come first.
  std::chrono::nanoseconds wait = {};
};

/// A call goes to another route than before.
struct failover_event {
  call_id call = {};
  std::string_view from = {};
  std::string_view to = {};
};

/// A call has ended.
struct outcome_event {
  call_id call = {};
  const reroute::outcome& outcome;
};

/// A route's gate for a model and operation is in another state than before: `status.state` against `before`.
struct gate_event {
  gate_state before = {};
  const gate_status& status;
};

/// A credential gave a token, but something about it wants attention: a login that was renewed could not be
/// written to its file, say, and is lost when the program ends.
struct credential_event {
  std::string_view route = {};  ///< the first that uses it
  std::error_code code = {};
  std::string_view text = {};  ///< for people; never a secret
};

/// The hooks; each may be empty. They run on the client's executor, in the midst of its work: be
/// quick, and do not destroy the client. Starting and cancelling calls is fine. Views and references are valid
/// during the call only.
///
/// A hook must not throw: it only watches, and has no attempt that it could fail. One that throws ends the program
/// by `std::terminate`, with a line on stderr that names the hook and what it threw.
struct observer {
  std::function<void(const attempt_event&)> at_attempt = {};
  std::function<void(const refusal_event&)> at_refusal = {};
  std::function<void(const wait_event&)> at_wait = {};
  std::function<void(const failover_event&)> at_failover = {};
  std::function<void(const outcome_event&)> at_outcome = {};
  std::function<void(const gate_event&)> at_gate = {};
  std::function<void(const credential_event&)> at_credential = {};
};

}  // namespace reroute
