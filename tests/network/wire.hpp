// The emulator: a thread that takes packets off the device, and brings them to where they belong.
#pragma once

#include "tests/network/packet.hpp"
#include "tests/network/path.hpp"
#include "tests/network/private_network.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <thread>
#include <vector>

namespace reroute::network {

/// Servers on 127.0.0.1 as seen over paths: what is sent to `address(2 + n)`, any port, goes over path n and
/// arrives at 127.0.0.1, the same port, and the answers come back.
class wire {
 public:
  wire(const private_network& on, unsigned paths, std::uint64_t seed);
  wire(const wire&) = delete;
  wire& operator=(const wire&) = delete;
  ~wire();

  [[nodiscard]] path& path_to(unsigned number) { return *paths_[number]; }
  /// How often it has looked for packets: grows as long as it gets a processor.
  [[nodiscard]] std::uint64_t turns() const { return turns_; }
  static constexpr ip4 address_of(unsigned number) { return address(2 + number); }

 private:
  struct letter {
    steady::time_point due;
    std::uint64_t number;  // those of one moment keep their order
    unsigned over;
    way direction;
    packet what;
    friend bool operator<(const letter& a, const letter& b) {
      return a.due != b.due ? a.due > b.due : a.number > b.number;
    }
  };
  void run(const std::stop_token& stop);
  void wait();
  void collect();
  void post(packet what);
  void deliver(unsigned over, way direction, packet what);
  void deliver_due();

  int device_;
  std::vector<std::unique_ptr<path>> paths_;
  std::priority_queue<letter> under_way_;
  std::uint64_t posted_ = 0;
  std::atomic<std::uint64_t> turns_ = 0;
  std::jthread thread_;
};

}  // namespace reroute::network
