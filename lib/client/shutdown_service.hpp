// Ties engines to their execution context: when it goes down, they let go of their handlers.
#pragma once

#include <asio/any_io_executor.hpp>
#include <asio/execution_context.hpp>

#include <memory>
#include <mutex>
#include <vector>

namespace reroute::detail {

class engine;

/// A waiting call is in no queue of Asio's, so a context that is destroyed would not destroy the
/// call's handler; and a handler may own the coroutine that owns the client that owns the call.
/// This service breaks that circle, as Asio's own services do for their operations.
class shutdown_service final : public asio::execution_context::service {
 public:
  using key_type = shutdown_service;
  static asio::execution_context::id id;

  explicit shutdown_service(asio::execution_context& context) : service(context) {}
  /// Finds or makes the service of the executor's context and adds the engine.
  static void watch(const asio::any_io_executor& executor, const std::shared_ptr<engine>& each);

 private:
  void add(const std::shared_ptr<engine>& each);
  void shutdown() noexcept override;

  std::mutex mutex_;  // clients of one context may be made on several threads
  std::vector<std::weak_ptr<engine>> engines_;
};

}  // namespace reroute::detail
