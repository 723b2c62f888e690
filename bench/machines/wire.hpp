// A transport as an event loop sees sockets: answers take their time, and at most 128 come in one turn.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <queue>
#include <random>
#include <vector>

namespace bench {

/// Each answer comes 5 to 15 ms after its request. Asio's reactor takes 128 events from epoll at a
/// time, so no more than that are handed out before other handlers have their turn.
class wire final : public reroute::transport {
 public:
  wire(const asio::any_io_executor& executor, std::function<reroute::http::response()> answer);
  ~wire() override;

  asio::awaitable<reroute::exchange_result> exchange(reroute::http::request request) override;
  void shutdown() override {}

 private:
  using steady = std::chrono::steady_clock;
  struct waiting {
    explicit waiting(const asio::any_io_executor& executor)
        : asleep(executor, steady::time_point::max()) {}
    asio::steady_timer asleep;
    bool come = false;
  };
  struct due {
    steady::time_point at;
    std::weak_ptr<waiting> who;
    friend bool operator<(const due& a, const due& b) { return a.at > b.at; }
  };
  void arm();
  void hand_out();

  asio::any_io_executor executor_;
  std::function<reroute::http::response()> answer_;
  std::priority_queue<due> due_;
  asio::steady_timer ticker_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool armed_ = false;
  std::minstd_rand random_{1};
};

}  // namespace bench
