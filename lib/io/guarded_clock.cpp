// A user's clock, from which no exception comes.
#include "io/guarded_clock.hpp"

#include "detail/user_function.hpp"

#include <utility>

namespace reroute::detail {
namespace {

class guarded_timer final : public timer {
 public:
  explicit guarded_timer(std::unique_ptr<timer> inner) : inner_(std::move(inner)) {}
  void wake_at(time_point when, std::function<void()> wake) override {
    must_not_throw("timer::wake_at", [&] { inner_->wake_at(when, std::move(wake)); });
  }
  void cancel() override {
    must_not_throw("timer::cancel", [&] { inner_->cancel(); });
  }

 private:
  std::unique_ptr<timer> inner_;
};

class guarded_clock final : public clock {
 public:
  explicit guarded_clock(std::shared_ptr<clock> inner) : inner_(std::move(inner)) {}
  time_point now() const override {
    return must_not_throw("clock::now", [&] { return inner_->now(); });
  }
  std::chrono::system_clock::time_point wall_now() const override {
    return must_not_throw("clock::wall_now", [&] { return inner_->wall_now(); });
  }
  std::unique_ptr<timer> make_timer(asio::any_io_executor executor) override {
    auto inner = must_not_throw("clock::make_timer",
                                [&] { return inner_->make_timer(std::move(executor)); });
    return std::make_unique<guarded_timer>(std::move(inner));
  }

 private:
  std::shared_ptr<clock> inner_;
};

}  // namespace

std::shared_ptr<clock> guarded(std::shared_ptr<clock> time) {
  if (is_system_clock(*time)) return time;
  return std::make_shared<guarded_clock>(std::move(time));
}

}  // namespace reroute::detail
