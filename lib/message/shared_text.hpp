// Text that is handed out without a copy, and copied only if it is changed afterwards.
#pragma once

#include "detail/recycling.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <utility>

namespace reroute::detail {

/// A value, as `std::string`: whoever was given it sees no later change. Copies share until one of them
/// changes. `view` and `give` may run on several threads at once.
class shared_text {
 public:
  explicit shared_text(std::string text) : text_(make_recycled<std::string>(std::move(text))) {}
  shared_text(const shared_text& other) : text_(other.give_out()), given_(true) {}
  shared_text(shared_text&& other) noexcept
      : text_(std::move(other.text_)), given_(other.given_.load(std::memory_order_relaxed)) {}
  shared_text& operator=(const shared_text& other) {
    text_ = other.give_out();
    given_.store(true, std::memory_order_relaxed);
    return *this;
  }
  shared_text& operator=(shared_text&& other) noexcept {
    text_ = std::move(other.text_);
    given_.store(other.given_.load(std::memory_order_relaxed), std::memory_order_relaxed);
    return *this;
  }
  ~shared_text() = default;

  [[nodiscard]] const std::string& view() const noexcept { return *text_; }
  /// It never changes, and lives for as long as it is kept.
  [[nodiscard]] std::shared_ptr<const std::string> give() const { return give_out(); }
  /// To change it.
  [[nodiscard]] std::string& own() {
    if (given_.load(std::memory_order_relaxed)) {
      // with room for a small change: to grow it later would be another copy
      auto mine = make_recycled<std::string>();
      mine->reserve(text_->size() + text_->size() / 8 + 64);
      mine->append(*text_);
      text_ = std::move(mine);
      given_.store(false, std::memory_order_relaxed);
    }
    return *text_;
  }

 private:
  // to others: a mark and not the count of owners, which says nothing about what they have finished
  [[nodiscard]] const std::shared_ptr<std::string>& give_out() const noexcept {
    given_.store(true, std::memory_order_relaxed);
    return text_;
  }

  std::shared_ptr<std::string> text_;
  mutable std::atomic<bool> given_{false};
};

}  // namespace reroute::detail
