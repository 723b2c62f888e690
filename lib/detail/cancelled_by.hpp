// What a coroutine that can be cancelled completes with.
#pragma once

#include <asio/cancellation_signal.hpp>

#include <utility>

namespace reroute::detail {

/// A completion handler with a cancellation slot: for `co_spawn`, in the place of Asio's own binder. Asio
/// 1.23 to 1.28.1, which Boost 1.81 has, sends what is emitted to such a binder round the loop, by a bare
/// pointer to a signal that may be gone by then. Here it is emitted at once: on the coroutine's executor.
template <class Handler>
class cancelled_by {
 public:
  using cancellation_slot_type = asio::cancellation_slot;

  cancelled_by(asio::cancellation_slot slot, Handler handler)
      : slot_(slot), handler_(std::move(handler)) {}
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept { return slot_; }
  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    handler_(std::forward<Arguments>(arguments)...);
  }

 private:
  asio::cancellation_slot slot_;
  Handler handler_;
};

}  // namespace reroute::detail
