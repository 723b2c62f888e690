// The rule that decides after a failed attempt.
#include <reroute/policy/policy.hpp>

#include <ostream>

namespace reroute {

decision default_policy(const normalized_error& error, const progress& so_far) noexcept {
  if (error.category == category::cancelled) return decision::stop;
  const bool lost_answer = error.status == 0 && error.sent;
  if (lost_answer && !so_far.retry_lost_answers) return decision::stop;
  if (error.retryable && so_far.attempts_on_route < so_far.attempts_per_route)
    return decision::retry;
  return error.failover_worthy ? decision::fail_over : decision::stop;
}

std::string_view to_string(decision value) noexcept {
  switch (value) {
    case decision::retry:
      return "retry";
    case decision::fail_over:
      return "fail_over";
    case decision::stop:
      return "stop";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, decision value) { return out << to_string(value); }

}  // namespace reroute
