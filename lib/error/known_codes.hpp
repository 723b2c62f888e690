// Error codes that say more than the status they come with.
#pragma once

#include <reroute/error/category.hpp>

#include <string_view>

namespace reroute::detail {

/// What a known code means.
struct verdict {
  reroute::category category;
  bool retryable;
  bool failover_worthy;
};

/// The verdict on an error code or type, in any case; nullptr if the status has to judge.
[[nodiscard]] const verdict* find_verdict(std::string_view code) noexcept;

/// True if the code is a rate limiter's own, as opposed to `rate_limit_error`, which anything that
/// is a 429 has.
[[nodiscard]] bool is_limiter_code(std::string_view code) noexcept;

/// The status that an error type has where it comes with one: for errors inside a stream or a 200.
/// 0 if the type is unknown.
[[nodiscard]] int status_of_type(std::string_view type) noexcept;

}  // namespace reroute::detail
