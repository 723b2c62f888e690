// Per-call options check what they are given.
#include <reroute/client/call_options.hpp>

#include <stdexcept>
#include <string>

namespace reroute {
namespace {

void check(std::chrono::milliseconds time, const char* field, const char* cure) {
  if (time.count() > 0) return;
  throw std::invalid_argument("call_options." + std::string(field) + " is " +
                              std::to_string(time.count()) + " ms; it must be more than 0" + cure);
}

}  // namespace

call_options& call_options::deadline(std::chrono::milliseconds time) & {
  check(time, "deadline", " (no_deadline() lifts the client's)");
  deadline_ = time;
  return *this;
}

call_options& call_options::attempt_timeout(std::chrono::milliseconds time) & {
  check(time, "attempt_timeout", "");
  attempt_timeout_ = time;
  return *this;
}

}  // namespace reroute
