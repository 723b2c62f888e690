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
};

[[nodiscard]] std::string_view to_string(gate_state value) noexcept;
[[nodiscard]] std::string_view to_string(limit_evidence value) noexcept;
std::ostream& operator<<(std::ostream& out, gate_state value);
std::ostream& operator<<(std::ostream& out, limit_evidence value);

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
  double rate = 0;   ///< attempts per second that it admits now; 0 if nothing is known
  double burst = 0;  ///< attempts at once after a pause
  std::size_t in_flight = 0;
  std::size_t in_flight_limit = 0;  ///< stated or learned; 0 if none is known
  /// Why it is in quarantine; empty otherwise.
  std::shared_ptr<const normalized_error> reason = {};
  /// The newest rate-limit headers.
  http::rate_limits limits = {};
};

/// One line: "anthropic claude-opus-4-8: open, 39.8/s by refusals, 12 in flight". The operation stands
/// behind the model if it is not "create".
std::ostream& operator<<(std::ostream& out, const gate_status& value);

}  // namespace reroute
