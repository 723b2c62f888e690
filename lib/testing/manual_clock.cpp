// A clock that stands still until it is told to jump.
#include <reroute/testing/manual_clock.hpp>

#include <asio/post.hpp>

#include <cstdint>
#include <map>
#include <stdexcept>
#include <utility>

namespace reroute::testing {

// Waiting wishes by time, and in the order they were made where times are equal.
struct manual_clock::queue {
  // What a wish needs when it fires. The generation tells a posted wish that it was taken back: a
  // post cannot be undone.
  struct wish {
    asio::any_io_executor executor;
    std::function<void()> wake;
    std::uint64_t generation = 0;
  };

  using key = std::pair<time_point, std::uint64_t>;
  std::map<key, std::shared_ptr<wish>> waiting;
  std::uint64_t made = 0;
  bool alive = true;  // the clock is

  static void fire(const std::shared_ptr<wish>& due) {
    asio::post(due->executor, [due, generation = due->generation] {
      if (due->generation != generation) return;
      ++due->generation;
      const auto wake = std::exchange(due->wake, nullptr);
      wake();
    });
  }
  void fire_until(time_point now) {
    while (!waiting.empty() && waiting.begin()->first.first <= now) {
      const auto due = std::move(waiting.begin()->second);
      waiting.erase(waiting.begin());
      fire(due);
    }
  }
};

class manual_clock::waiting_timer final : public timer {
 public:
  waiting_timer(const manual_clock* owner, std::shared_ptr<queue> in,
                asio::any_io_executor executor)
      : clock_(owner), queue_(std::move(in)), wish_(std::make_shared<queue::wish>()) {
    wish_->executor = std::move(executor);
  }
  waiting_timer(const waiting_timer&) = delete;
  waiting_timer& operator=(const waiting_timer&) = delete;
  ~waiting_timer() override { cancel(); }

  void wake_at(time_point when, std::function<void()> wake) override {
    cancel();
    if (!queue_->alive) return;
    wish_->wake = std::move(wake);
    if (when <= clock_->now()) return queue::fire(wish_);
    place_ = {when, ++queue_->made};
    queue_->waiting.emplace(place_, wish_);
  }
  void cancel() override {
    ++wish_->generation;
    // the wake may own whoever holds this timer: let it go last
    const auto dropped = std::exchange(wish_->wake, nullptr);
    queue_->waiting.erase(place_);
  }

 private:
  const manual_clock* clock_;  // valid while queue_->alive
  std::shared_ptr<queue> queue_;
  std::shared_ptr<queue::wish> wish_;
  queue::key place_{};
};

manual_clock::manual_clock(std::chrono::system_clock::time_point wall)
    // not the epoch: code that looks back from `now` must not meet the smallest time point
    : now_(std::chrono::hours(1000)), wall_(wall), queue_(std::make_shared<queue>()) {}

manual_clock::~manual_clock() {
  queue_->alive = false;
  const auto dropped = std::exchange(queue_->waiting, {});
}

time_point manual_clock::now() const { return now_; }
std::chrono::system_clock::time_point manual_clock::wall_now() const { return wall_; }

std::unique_ptr<timer> manual_clock::make_timer(asio::any_io_executor executor) {
  return std::make_unique<waiting_timer>(this, queue_, std::move(executor));
}

void manual_clock::advance(duration by) {
  if (by < duration::zero()) throw std::invalid_argument("manual_clock: time cannot go back");
  now_ += by;
  wall_ += std::chrono::duration_cast<std::chrono::system_clock::duration>(by);
  queue_->fire_until(now_);
}

void manual_clock::advance_to(time_point when) { advance(when - now_); }

void manual_clock::set_wall(std::chrono::system_clock::time_point wall) { wall_ = wall; }

std::size_t manual_clock::pending() const noexcept { return queue_->waiting.size(); }

std::optional<time_point> manual_clock::next_timer() const noexcept {
  if (queue_->waiting.empty()) return std::nullopt;
  return queue_->waiting.begin()->first.first;
}

}  // namespace reroute::testing
