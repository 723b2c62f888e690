// A type-erased completion handler, so that the engine compiles once. (Asio has one only
// since 1.25.)
#pragma once

#include <reroute/client/outcome.hpp>
#include <reroute/detail/asio.hpp>
#include <reroute/detail/loop_error_code.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/associated_allocator.hpp>
#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/execution/outstanding_work.hpp>
#include <asio/post.hpp>
#include <asio/prefer.hpp>
#include <asio/system_executor.hpp>

#include <memory>
#include <system_error>
#include <type_traits>
#include <utility>

namespace reroute::detail {

/// Owns a handler of `void(loop_error_code, Result)` until it is called once, or dropped with its
/// context.
template <class Result>
class completion_for {
 public:
  completion_for() = default;
  virtual ~completion_for() = default;
  completion_for(const completion_for&) = delete;
  completion_for& operator=(const completion_for&) = delete;
  /// Posts the handler to its associated executor, `fallback` if it has none, and ends this object.
  virtual void complete(const asio::any_io_executor& fallback, std::error_code code,
                        Result&& result) = 0;
  /// Ends this object without calling the handler.
  virtual void drop() noexcept = 0;
  [[nodiscard]] virtual asio::cancellation_slot slot() const noexcept = 0;
};

/// The result of an operation that has none but its code.
struct no_result {};

/// Calls a handler of `void(loop_error_code)`.
struct code_giver {
  template <class Handler>
  void operator()(Handler&& handler, loop_error_code code, no_result) const {
    std::forward<Handler>(handler)(code);
  }
};

struct drop_completion {
  template <class Result>
  void operator()(completion_for<Result>* handler) const noexcept {
    handler->drop();
  }
};
template <class Result>
using completion_ptr_for = std::unique_ptr<completion_for<Result>, drop_completion>;
using completion_ptr = completion_ptr_for<outcome>;

/// The executor of a handler while it waits, kept busy, so that its `run()` does not return before.
template <class Handler>
class handler_work {
  using executor = asio::associated_executor_t<Handler>;

 public:
  explicit handler_work(const Handler& handler)
      : busy_(asio::prefer(asio::get_associated_executor(handler),
                           asio::execution::outstanding_work.tracked)) {}
  [[nodiscard]] const auto& executor_of(const Handler&, const asio::any_io_executor&) const {
    return busy_;
  }

 private:
  std::decay_t<decltype(asio::prefer(std::declval<const executor&>(),
                                     asio::execution::outstanding_work.tracked))>
      busy_;
};

/// True if somebody else keeps the handler's executor busy while it waits: it has none of its own, so
/// that it is the client's, for which the engine cares; or it says so, as a coroutine's does, for
/// which whoever spawned it cares. An executor is as big as all the rest.
template <class Handler>
inline constexpr bool busy_anyway = requires {
  typename Handler::executor_is_busy;
}
|| (std::is_same_v<asio::associated_executor_t<Handler, asio::system_executor>,
                   asio::system_executor> &&
    std::is_same_v<asio::associated_executor_t<Handler, asio::any_io_executor>,
                   asio::any_io_executor>);

template <class Handler>
requires busy_anyway<Handler>
class handler_work<Handler> {
 public:
  explicit handler_work(const Handler&) {}
  [[nodiscard]] auto executor_of(const Handler& handler,
                                 const asio::any_io_executor& fallback) const {
    return asio::get_associated_executor(handler, fallback);
  }
};

/// The handler behind a `completion`, allocated by the handler's allocator.
template <class Handler, class Result = outcome>
class completion_of final : public completion_for<Result> {
  using allocator = typename std::allocator_traits<
      asio::associated_allocator_t<Handler>>::template rebind_alloc<completion_of>;
  using traits = std::allocator_traits<allocator>;

 public:
  static completion_ptr_for<Result> make(Handler&& handler) {
    allocator memory(asio::get_associated_allocator(handler));
    completion_of* const at = traits::allocate(memory, 1);
    try {
      traits::construct(memory, at, std::move(handler));
    } catch (...) {
      traits::deallocate(memory, at, 1);
      throw;
    }
    return completion_ptr_for<Result>(at);
  }

  explicit completion_of(Handler&& handler) : handler_(std::move(handler)), work_(handler_) {}

  void complete(const asio::any_io_executor& fallback, std::error_code code,
                Result&& result) override {
    // the memory goes back before the handler runs: it may start the next call at once
    allocator memory(asio::get_associated_allocator(handler_));
    Handler handler(std::move(handler_));
    handler_work<Handler> work(std::move(work_));
    release(memory);
    const auto executor = work.executor_of(handler, fallback);
    auto run = [handler = std::move(handler), code, result = std::move(result)]() mutable {
      // on the handler's executor, where its cancellation signal lives
      asio::cancellation_slot slot = asio::get_associated_cancellation_slot(handler);
      if (slot.is_connected()) slot.clear();
      std::move(handler)(for_loop(code), std::move(result));
    };
    asio::post(executor, std::move(run));
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
  [[no_unique_address]] handler_work<Handler> work_;
};

}  // namespace reroute::detail
