// Who got how many answers, on all routes of a fake. Any thread.
#pragma once

#include <reroute/testing/fake_log.hpp>

#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

namespace reroute::testing {

class admissions {
 public:
  void arrived(const std::string& user) {
    const std::lock_guard lock(mutex_);
    request_log& entry = by_user_[user];
    ++entry.requests;
    if (entry.answered > 0) ++entry.asked_after_answer;
  }
  void admitted(const std::string& user) {
    const std::lock_guard lock(mutex_);
    ++by_user_[user].admitted;
  }
  void answered(const std::string& user) {
    const std::lock_guard lock(mutex_);
    ++by_user_[user].answered;
  }
  [[nodiscard]] std::map<std::string, request_log> all() const {
    const std::lock_guard lock(mutex_);
    return {by_user_.begin(), by_user_.end()};
  }
  [[nodiscard]] std::size_t admitted_twice() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [user, entry] : by_user_)
      count += entry.admitted > 1;
    return count;
  }
  [[nodiscard]] std::size_t asked_after_answer() const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [user, entry] : by_user_)
      count += entry.asked_after_answer;
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<std::string, request_log> by_user_;
};

}  // namespace reroute::testing
