// What a client does besides calls, for as long as it takes: warming up, draining.
#pragma once

#include "detail/asio_compat.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/dispatch.hpp>

#include <list>
#include <memory>
#include <utility>

namespace reroute::detail {

/// One of them: the signals of its coroutines. On the client's strand, kept by its coroutines; the engine cancels it
/// when the client ends.
class errand {
 public:
  errand() = default;
  errand(const errand&) = delete;
  errand& operator=(const errand&) = delete;
  virtual ~errand() = default;

  /// For one coroutine.
  [[nodiscard]] asio::cancellation_slot slot() { return signals_.emplace_back().slot(); }
  void cancel() {
    for (asio::cancellation_signal& each : signals_)
      each.emit(asio::cancellation_type::terminal);
  }

 private:
  std::list<asio::cancellation_signal> signals_;  // they must not move
};

/// Cancels the errand, on its strand, when the handler's slot says so.
template <class Executor>
void cancel_by(asio::cancellation_slot slot, const Executor& strand,
               const std::shared_ptr<errand>& which) {
  if (!slot.is_connected()) return;
  slot.assign([strand, it = std::weak_ptr(which)](asio::cancellation_type type) {
    if (type == asio::cancellation_type::none) return;
    asio::dispatch(strand, [it] {
      if (const auto found = it.lock()) found->cancel();
    });
  });
}

}  // namespace reroute::detail
