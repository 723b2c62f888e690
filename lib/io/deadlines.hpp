// Any number of time limits behind one timer: connect, head, idle, keep-alive.
#pragma once

#include <reroute/io/clock.hpp>

#include "detail/ordered_queue.hpp"

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <memory>

namespace reroute::detail {

class deadlines;

/// One time limit of somebody, set and cleared for every step at next to no cost.
///
/// Setting it later, or clearing it, only notes the wish: the place in the queue stays as early as
/// it was, and is put right when that time comes. So a limit per read needs no timer call per read.
class deadline {
 public:
  using callback = void (*)(void* self);
  /// `expired(self)` is called from the loop, once per setting, and may destroy this object.
  deadline(deadlines& queue, callback expired, void* self) noexcept
      : queue_(queue), expired_(expired), self_(self) {}
  deadline(const deadline&) = delete;
  deadline& operator=(const deadline&) = delete;
  ~deadline();

  void set(time_point when);
  /// Zero means no limit.
  void set_after(std::chrono::milliseconds time);
  void clear() noexcept { wish_ = never; }
  [[nodiscard]] bool is_set() const noexcept { return wish_ != never; }

 private:
  friend class deadlines;
  static constexpr time_point never = time_point::max();
  struct when_queued {
    time_point operator()(const deadline& each) const noexcept { return each.queued_; }
  };

  deadlines& queue_;
  callback expired_;
  void* self_;
  time_point wish_ = never;  // when it really is over
  time_point queued_;        // where it stands in the queue: never later than `wish_`
  list_hook<deadline> in_list_;
  heap_hook in_heap_;
};

/// The queue of all limits of one transport. Its timer runs only while somebody `hold`s it: an idle
/// pool must not keep the user's event loop from ending.
class deadlines {
 public:
  deadlines(const asio::any_io_executor& executor, std::shared_ptr<clock> time);
  deadlines(const deadlines&) = delete;
  deadlines& operator=(const deadlines&) = delete;

  [[nodiscard]] time_point now() const { return clock_->now(); }

  /// Keeps the timer running for as long as it lives.
  class hold {
   public:
    explicit hold(deadlines& queue) : queue_(&queue) { queue_->retain(); }
    hold(const hold&) = delete;
    hold& operator=(const hold&) = delete;
    ~hold() { queue_->release(); }

   private:
    deadlines* queue_;
  };

 private:
  friend class deadline;
  void retain();
  void release() noexcept;
  void arm();
  void fire();

  std::shared_ptr<clock> clock_;
  ordered_queue<deadline, &deadline::in_list_, &deadline::in_heap_, deadline::when_queued> queue_;
  time_point armed_ = deadline::never;
  std::size_t holders_ = 0;
  std::unique_ptr<timer> timer_;  // last: it must stop before what it wakes is gone
};

}  // namespace reroute::detail
