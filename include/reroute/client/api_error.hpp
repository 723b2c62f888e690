// What `create` throws: an error code with the whole outcome.
#pragma once

#include <reroute/client/outcome.hpp>

#include <memory>
#include <system_error>

namespace reroute {

/// A failed call. `code()` compares with `reroute::category`, `reroute::errc` and, for a cancelled
/// call, `asio::error::operation_aborted`; `what()` is one line. Copies share the outcome.
class api_error : public std::system_error {
 public:
  api_error(std::error_code code, outcome result);

  /// The normalized error.
  [[nodiscard]] const normalized_error& error() const noexcept { return result_->error; }
  /// Everything that happened.
  [[nodiscard]] const reroute::outcome& outcome() const noexcept { return *result_; }
  [[nodiscard]] reroute::category category() const noexcept { return result_->error.category; }

 private:
  std::shared_ptr<const reroute::outcome> result_;
};

}  // namespace reroute
