// Finds two threads inside one client, in builds without NDEBUG.
#pragma once

#include <asio/any_io_executor.hpp>

#include <atomic>
#include <cstdio>
#include <exception>
#include <memory>
#include <utility>

namespace reroute::detail {

/// Which thread is inside.
class thread_check {
 public:
  /// One stay of a thread; stays of one thread may nest.
  class stay {
   public:
    /// Null: nothing is checked.
    explicit stay(const std::shared_ptr<thread_check>& in)
        : in_(in && in->enter() ? in.get() : nullptr) {}
    stay(const stay&) = delete;
    stay& operator=(const stay&) = delete;
    ~stay() {
      if (in_) in_->leave();
    }

   private:
    thread_check* in_;  // null: within another stay
  };

  /// Null with NDEBUG.
  [[nodiscard]] static std::shared_ptr<thread_check> make() {
#ifdef NDEBUG
    return nullptr;
#else
    return std::make_shared<thread_check>();
#endif
  }

 private:
  bool enter() noexcept {
    const void* nobody = nullptr;
    if (inside_.compare_exchange_strong(nobody, me(), std::memory_order_relaxed)) return true;
    if (nobody != me()) fail();
    return false;
  }
  void leave() noexcept {
    if (inside_.exchange(nullptr, std::memory_order_relaxed) != me()) fail();
  }
  static const void* me() noexcept {
    static thread_local const char address = 0;
    return &address;
  }
  [[noreturn]] static void fail() noexcept {
    std::fputs(
        "reroute: two threads are inside one client at once. Make it with its context, "
        "reroute::client(io, ...), or "
        "with a strand, asio::make_strand(io), or let one thread run its loop; and call routes(), "
        "stats() and the "
        "destructor on its executor.\n",
        stderr);
    std::terminate();
  }

  std::atomic<const void*> inside_ = nullptr;
};

/// An executor whose functions are stays: all of a client's work runs on it.
class checked_executor {
 public:
  checked_executor(asio::any_io_executor inner, std::shared_ptr<thread_check> check)
      : inner_(std::move(inner)), check_(std::move(check)) {}

  /// `inner` itself if there is no check.
  [[nodiscard]] static asio::any_io_executor over(asio::any_io_executor inner,
                                                  std::shared_ptr<thread_check> check) {
    if (!check) return inner;
    return checked_executor(std::move(inner), std::move(check));
  }

  template <class Function>
  void execute(Function&& function) const {
    asio::any_io_executor(inner_).execute(
        [check = check_, run = std::forward<Function>(function)]() mutable {
          const thread_check::stay inside(check);
          std::move(run)();
        });
  }

  template <class Property>
  [[nodiscard]] auto query(const Property& property) const
      -> decltype(asio::query(std::declval<const asio::any_io_executor&>(), property)) {
    return asio::query(inner_, property);
  }
  template <class Property>
  requires asio::can_require_v<const asio::any_io_executor&, const Property&>
  [[nodiscard]] checked_executor require(const Property& property) const {
    return {asio::require(inner_, property), check_};
  }
  template <class Property>
  requires asio::can_prefer_v<const asio::any_io_executor&, const Property&>
  [[nodiscard]] checked_executor prefer(const Property& property) const {
    return {asio::prefer(inner_, property), check_};
  }
  friend bool operator==(const checked_executor& a, const checked_executor& b) noexcept {
    return a.check_ == b.check_ && a.inner_ == b.inner_;
  }
  friend bool operator!=(const checked_executor& a, const checked_executor& b) noexcept {
    return !(a == b);
  }

 private:
  asio::any_io_executor inner_;
  std::shared_ptr<thread_check> check_;
};

}  // namespace reroute::detail
