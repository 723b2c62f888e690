// A clock that stands still until the test moves it.
#pragma once

#include <reroute/io/clock.hpp>

#include <asio/post.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace reroute::io_test {

class fake_clock final : public clock {
 public:
  time_point now() const override { return now_; }
  std::chrono::system_clock::time_point wall_now() const override { return {}; }
  std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override {
    return std::make_unique<wait>(*this, std::move(executor));
  }

  /// Moves the time and posts what is due.
  void advance(duration by) {
    now_ += by;
    for (wait* each : waits_)
      each->fire();
  }
  /// Timers that wait.
  [[nodiscard]] std::size_t pending() const {
    return static_cast<std::size_t>(
        std::count_if(waits_.begin(), waits_.end(), [](wait* each) { return each->armed(); }));
  }
  /// How often a timer was set.
  int armed_count = 0;

 private:
  class wait final : public timer {
   public:
    wait(fake_clock& of, asio::any_io_executor executor)
        : clock_(of), executor_(std::move(executor)), state_(std::make_shared<state>()) {
      clock_.waits_.push_back(this);
    }
    ~wait() override {
      cancel();
      std::erase(clock_.waits_, this);
    }
    void wake_at(time_point when, std::function<void()> wake) override {
      ++clock_.armed_count;
      ++state_->round;
      state_->wake = std::move(wake);
      when_ = when;
      fire();
    }
    void cancel() override {
      ++state_->round;
      state_->wake = nullptr;
    }
    bool armed() const { return state_->wake != nullptr; }
    void fire() {
      if (!armed() || when_ > clock_.now_) return;
      asio::post(executor_, [state = state_, round = state_->round] {
        if (round != state->round) return;
        if (const auto wake = std::exchange(state->wake, nullptr)) wake();
      });
    }

   private:
    struct state {
      std::function<void()> wake;
      std::uint64_t round = 0;
    };
    fake_clock& clock_;
    asio::any_io_executor executor_;
    std::shared_ptr<state> state_;
    time_point when_{};
  };

  time_point now_ = time_point(std::chrono::hours(1000));
  std::vector<wait*> waits_;
};

}  // namespace reroute::io_test
