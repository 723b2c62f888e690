// The real clock, and timers on a grid of one millisecond.
#include <reroute/io/clock.hpp>

#include "io/guarded_clock.hpp"

#include <asio/steady_timer.hpp>

#include <chrono>
#include <typeinfo>
#include <utility>

namespace reroute {
namespace {

using namespace std::chrono_literals;

class real_timer final : public timer {
 public:
  explicit real_timer(const asio::any_io_executor& executor)
      : core_(std::make_shared<core>(executor)) {}
  ~real_timer() override { cancel(); }

  void wake_at(time_point when, std::function<void()> wake) override {
    const std::uint64_t wish = ++core_->wish;
    core_->wake = std::move(wake);
    core_->timer.expires_at(
        when > time_point::max() - 1ms ? when : std::chrono::ceil<std::chrono::milliseconds>(when));
    core_->timer.async_wait([at = core_, wish](std::error_code failed) {
      // a wish that was replaced may still have been on its way
      if (failed || wish != at->wish) return;
      const std::function<void()> due = std::exchange(at->wake, nullptr);
      if (due) due();
    });
  }

  void cancel() override {
    ++core_->wish;
    core_->wake = nullptr;
    core_->timer.cancel();
  }

 private:
  struct core {
    explicit core(const asio::any_io_executor& executor) : timer(executor) {}
    asio::steady_timer timer;
    std::function<void()> wake;
    std::uint64_t wish = 0;
  };
  std::shared_ptr<core> core_;
};

class real_clock final : public clock {
 public:
  time_point now() const override { return std::chrono::steady_clock::now(); }
  std::chrono::system_clock::time_point wall_now() const override {
    return std::chrono::system_clock::now();
  }
  std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override {
    return std::make_unique<real_timer>(executor);
  }
};

}  // namespace

std::shared_ptr<clock> system_clock() { return std::make_shared<real_clock>(); }

bool detail::is_system_clock(const clock& time) noexcept {
  return typeid(time) == typeid(real_clock);
}

}  // namespace reroute
