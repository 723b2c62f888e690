// What a script has in common with its exchanges, which may outlive it.
#pragma once

#include <reroute/testing/script.hpp>

#include "testing/scripted_wait.hpp"

#include <deque>
#include <set>

namespace reroute::testing {

struct script::state {
  std::shared_ptr<clock> time;
  std::deque<expectation> expectations;  // a deque: references stay valid
  std::function<line(const http::request&)> on_request;
  std::optional<line> otherwise;
  std::vector<heard_exchange> heard;
  std::vector<std::string> failures;
  std::set<scripted_wait*> waits;
  std::size_t in_flight = 0;
  bool shut = false;

  /// Records a request; its place in `heard`.
  std::size_t hear(const http::request& request);
  /// What to say to it.
  [[nodiscard]] line choose(const http::request& request, std::size_t place);
};

/// A wait that `shutdown` finds.
class listed_wait {
 public:
  listed_wait(std::shared_ptr<script::state> in, const asio::any_io_executor& executor)
      : state_(std::move(in)), wait_(executor, *state_->time) {
    state_->waits.insert(&wait_);
  }
  listed_wait(const listed_wait&) = delete;
  listed_wait& operator=(const listed_wait&) = delete;
  ~listed_wait() { state_->waits.erase(&wait_); }

  /// False if cancelled or shut down; without a delay it never comes.
  asio::awaitable<bool> pass(std::optional<line::delay> delay) {
    if (!delay) return wait_.wait(std::nullopt);
    // a time in the past for no delay: a clock that fires on a grid must not add to it
    const auto by = std::chrono::duration_cast<duration>(*delay);
    const auto at = state_->time->now() + (by.count() > 0 ? by : -std::chrono::milliseconds(1));
    return wait_.wait(at);
  }

 private:
  std::shared_ptr<script::state> state_;
  scripted_wait wait_;
};

}  // namespace reroute::testing
