// When a metadata service of this machine is asked once more. Pure.
#pragma once

#include <reroute/io/clock.hpp>

#include <optional>

namespace reroute::detail {

/// The waits of one fetch. Ask after each try that failed.
///
/// IMDS: after a 404, 408, 429, 5xx or a timeout tries at 0, 2, 6, 14 and 30 s, as Microsoft's table has
/// it; after a 410 (it is being upgraded) one every 10 s for 70 s, counted apart from the others. Others: 404, 408, 429, 500, 503, 504
/// and timeouts three times more, 1 s apart. A longer Retry-After is honoured, up to an hour.
class retry_schedule {
 public:
  enum class service : unsigned char { imds, other };
  explicit retry_schedule(service of) : of_(of) {}

  /// How long to wait before the next try; nothing: give up. `status` 0 is a timeout, `hint` what the
  /// answer asked for.
  [[nodiscard]] std::optional<duration> after(int status, duration hint = duration(0));

 private:
  service of_;
  int retries_ = 0;
  int retries_while_gone_ = 0;
};

}  // namespace reroute::detail
