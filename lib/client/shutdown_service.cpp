// The end of an execution context reaches the calls that wait outside of it.
#include "client/shutdown_service.hpp"

#include "client/engine.hpp"

#include <asio/execution/context.hpp>
#include <asio/query.hpp>

#include <algorithm>

namespace reroute::detail {

asio::execution_context::id shutdown_service::id;

void shutdown_service::watch(const asio::any_io_executor& executor,
                             const std::shared_ptr<engine>& each) {
  asio::execution_context& context = asio::query(executor, asio::execution::context);
  asio::use_service<shutdown_service>(context).add(each);
}

void shutdown_service::add(const std::shared_ptr<engine>& each) {
  const std::lock_guard lock(mutex_);
  std::erase_if(engines_, [](const std::weak_ptr<engine>& old) { return old.expired(); });
  engines_.push_back(each);
}

void shutdown_service::shutdown() noexcept {
  std::vector<std::weak_ptr<engine>> engines;
  {
    const std::lock_guard lock(mutex_);
    engines.swap(engines_);
  }
  for (const std::weak_ptr<engine>& each : engines)
    if (const std::shared_ptr<engine> alive = each.lock()) alive->abandon();
}

}  // namespace reroute::detail
