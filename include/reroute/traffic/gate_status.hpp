// What a client knows of a route's limit for one model and operation, for dashboards and logs.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/rate_limits.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

enum class gate_state : std::uint8_t {
  open,         ///< admits, as fast as its rate
  closed,       ///< refused or failed: nothing is sent before `opens_in`
  probing,      ///< one single attempt finds out whether it is open again
  quarantined,  ///< no quota, or a refused key: closed for long
};

/// Where a gate's rate comes from.
enum class limit_evidence : std::uint8_t {
  none,      ///< nothing is known yet: it feels its way
  refusals,  ///< learned from what was admitted between refusals
  stated,    ///< `route::limits`
  headers,   ///< anthropic-ratelimit-* or x-ratelimit-*
  words,     ///< a refusal named it: "Rate limit of 8000 per 60s exceeded for ..."
};

/// What a limit counts.
enum class limit_counts : std::uint8_t {
  requests,
  input_tokens,   ///< of prompts
  output_tokens,  ///< of answers
  tokens,         ///< both together
};

/// What the next call waits for.
enum class gate_wait : std::uint8_t {
  nothing,
  hint,      ///< the route refused, and named a time
  look,      ///< a single attempt is under way that finds out more
  ramp,      ///< nobody has heard yet of so many that were sent, or they follow each other too fast
  requests,  ///< the limit on requests
  input_tokens,   ///< on prompt tokens
  output_tokens,  ///< on answer tokens
  tokens,         ///< on both together
  at_once,        ///< as many are under way as may be at once
  silence,        ///< the route answers nobody
  stall,          ///< the loop stood still: what came in meanwhile is read first
};

[[nodiscard]] std::string_view to_string(gate_state value) noexcept;
[[nodiscard]] std::string_view to_string(limit_evidence value) noexcept;
[[nodiscard]] std::string_view to_string(limit_counts value) noexcept;
[[nodiscard]] std::string_view to_string(gate_wait value) noexcept;
std::ostream& operator<<(std::ostream& out, gate_state value);
std::ostream& operator<<(std::ostream& out, limit_evidence value);
std::ostream& operator<<(std::ostream& out, limit_counts value);
std::ostream& operator<<(std::ostream& out, gate_wait value);

/// One limit, as it is believed.
struct limit_status {
  limit_counts counts = limit_counts::requests;
  limit_evidence evidence = limit_evidence::none;
  double rate = 0;    ///< per second, in the long run
  double burst = 0;   ///< that a bucket holds; 0: not known
  double count = 0;   ///< in a window
  double window = 0;  ///< seconds; 0: it is a bucket, which fills evenly
  double left = 0;    ///< now; negative: others, or answers, took more than there was
};

struct gate_status {
  std::string route = {};
  std::string model = {};  ///< as the caller names it
  /// What is asked of it: "create" or "count_tokens", which routes limit apart.
  std::string operation = "create";
  gate_state state = gate_state::open;
  /// Closed or quarantined: until it opens, or until a probe looks.
  std::chrono::nanoseconds opens_in{0};
  /// When the route itself says that it opens, if that is beyond what is believed.
  std::optional<std::chrono::nanoseconds> announced_in = {};
  limit_evidence evidence = limit_evidence::none;
  double rate = 0;   ///< of the tightest limit on requests: per second; 0 if none is known
  double burst = 0;  ///< and at once after a pause
  /// All limits that are known.
  std::vector<limit_status> known = {};
  /// What the call that stood first waited for when it was last looked at, and how long from now.
  gate_wait waits_for = gate_wait::nothing;
  std::chrono::nanoseconds next_in{0};
  std::size_t in_flight = 0;
  std::size_t in_flight_limit = 0;  ///< stated or learned; 0 if none is known
  /// Why it is in quarantine; empty otherwise.
  std::shared_ptr<const normalized_error> reason = {};
  /// The newest rate-limit headers.
  http::rate_limits limits = {};
};

/// One line: "anthropic claude-opus-4-8: open, 39.8 requests/s and 40 at once by refusals, 12 in flight, waits for the
/// limit on requests, next in 0.1 s". The operation stands behind the model if it is not "create".
std::ostream& operator<<(std::ostream& out, const gate_status& value);

}  // namespace reroute
