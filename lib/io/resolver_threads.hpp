// A few threads for look-ups that block, beside the loop: one slow name holds up nobody else.
#pragma once

#include "io/host_resolver.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/execution_context.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace reroute::detail {

/// Asio's own resolver has one thread, and its context waits for it at its end. Here up to `most` names are
/// looked up at once, and the end of the context waits for none: the threads are left to finish alone. One
/// set for all transports of a context; threads are made as they are needed.
class resolver_threads final : public asio::execution_context::service {
 public:
  using key_type = resolver_threads;
  using blocking_lookup = std::function<host_addresses(const std::string& host)>;
  static asio::execution_context::id id;
  static constexpr std::size_t most = 8;

  explicit resolver_threads(asio::execution_context& context);
  /// With another look-up; tests bring one that hangs.
  resolver_threads(asio::execution_context& context, blocking_lookup lookup);
  ~resolver_threads() override;

  /// Calls back once, by way of `executor`; never, if its context ends before. Does not keep a loop from
  /// running out of work: whoever waits does.
  void ask(const asio::any_io_executor& executor, std::string host,
           std::function<void(host_addresses)> answer);
  [[nodiscard]] std::size_t threads() const;

 private:
  struct desk;
  static void work(const std::shared_ptr<desk>& at);
  void shutdown() noexcept override;

  std::shared_ptr<desk> desk_;  // the threads keep it, not this service
};

/// The system's resolver, on the threads of the executor's context.
[[nodiscard]] host_lookup system_host_lookup(asio::any_io_executor executor);

}  // namespace reroute::detail
