// A type-erased completion handler, so that the engine compiles once. (Asio has one only
// since 1.25.)
#pragma once

#include <reroute/client/outcome.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>

#include <memory>
#include <system_error>
#include <utility>

namespace reroute::detail {

/// Owns a handler until it is called once, or dropped with its context.
class completion {
 public:
  completion() = default;
  virtual ~completion() = default;
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;
  /// Posts the handler to its associated executor, and ends this object.
  virtual void complete(std::error_code code, outcome result) = 0;
  /// Ends this object without calling the handler.
  virtual void drop() noexcept = 0;
  [[nodiscard]] virtual asio::cancellation_slot slot() const noexcept = 0;
};

struct drop_completion {
  void operator()(completion* handler) const noexcept { handler->drop(); }
};
using completion_ptr = std::unique_ptr<completion, drop_completion>;

/// The handler behind a `completion`: allocated by the handler's allocator, with work on its
/// executor while it waits, so that `run()` does not return before.
template <class Handler>
class completion_of final : public completion {
  using allocator = typename std::allocator_traits<
      asio::associated_allocator_t<Handler>>::template rebind_alloc<completion_of>;
  using traits = std::allocator_traits<allocator>;
  using handler_executor = asio::associated_executor_t<Handler, asio::any_io_executor>;
  using tracked = std::decay_t<decltype(asio::prefer(std::declval<const handler_executor&>(),
                                                     asio::execution::outstanding_work.tracked))>;

 public:
  static completion_ptr make(Handler&& handler, const asio::any_io_executor& fallback) {
    allocator memory(asio::get_associated_allocator(handler));
    completion_of* const at = traits::allocate(memory, 1);
    try {
      traits::construct(memory, at, std::move(handler), fallback);
    } catch (...) {
      traits::deallocate(memory, at, 1);
      throw;
    }
    return completion_ptr(at);
  }

  completion_of(Handler&& handler, const asio::any_io_executor& fallback)
      : handler_(std::move(handler)),
        work_(asio::prefer(asio::get_associated_executor(handler_, fallback),
                           asio::execution::outstanding_work.tracked)) {}

  void complete(std::error_code code, outcome result) override {
    // the memory goes back before the handler runs: it may start the next call at once
    allocator memory(asio::get_associated_allocator(handler_));
    Handler handler(std::move(handler_));
    tracked work(std::move(work_));
    release(memory);
    auto run = [handler = std::move(handler), code, result = std::move(result)]() mutable {
      // on the handler's executor, where its cancellation signal lives
      asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.clear();
      std::move(handler)(code, std::move(result));
    };
    asio::post(work, std::move(run));
  }

  void drop() noexcept override {
    allocator memory(asio::get_associated_allocator(handler_));
    release(memory);
  }

  asio::cancellation_slot slot() const noexcept override {
    return asio::get_associated_cancellation_slot(handler_);
  }

 private:
  void release(allocator& memory) noexcept {
    traits::destroy(memory, this);
    traits::deallocate(memory, this, 1);
  }

  Handler handler_;
  tracked work_;
};

}  // namespace reroute::detail
