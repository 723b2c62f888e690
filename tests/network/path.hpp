// The way between the client and one server: what it loses, delays, doubles, swallows and cuts.
#pragma once

#include "tests/network/packet.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <random>
#include <set>
#include <utility>
#include <vector>

namespace reroute::network {

using steady = std::chrono::steady_clock;

enum class way : std::uint8_t { to_server, to_client };

/// How one direction treats packets. Default: perfectly.
struct weather {
  double loss = 0;    ///< share of packets, from 0 to 1
  double copies = 0;  ///< share that comes twice
  std::chrono::microseconds delay{0};
  std::chrono::microseconds jitter{
      0};                             ///< on top, evenly spread: what follows closely is overtaken
  std::size_t bytes_per_second = 0;   ///< 0: any number; what would wait longer than 200 ms is lost
  std::chrono::milliseconds time{0};  ///< clear again after so long; 0: it stays
};

/// Nothing comes through.
inline weather black_hole(std::chrono::milliseconds time = {}) {
  weather made;
  made.loss = 1;
  made.time = time;
  return made;
}

/// One path. Any thread.
class path {
 public:
  explicit path(std::uint64_t seed) : random_(seed) {}

  void set(way where, const weather& next);
  void set(const weather& next);
  void clear() { set(weather()); }
  /// Connections that exist are forgotten, as a NAT forgets them: nothing of them comes through any
  /// more, and nobody is told. New ones are fine.
  void forget_connections();
  /// Both ends of every connection get a reset.
  void reset_connections();

  // -- for the wire

  /// A packet sets out: when its copies arrive.
  [[nodiscard]] std::vector<steady::time_point> send(way where, const packet& what,
                                                     steady::time_point now);
  /// A packet arrives.
  void arrived(way where, const packet& what);
  /// Resets that are to be written now.
  [[nodiscard]] std::vector<std::pair<way, packet>> take_resets();

 private:
  // what is known of one end of a connection
  struct end {
    std::uint32_t acknowledged = 0;  // by it
    std::uint32_t reached = 0;       // what has come to it, up to here
    bool known = false;
  };
  struct connection {
    endpoint client, server;
    end at_client, at_server;
  };
  struct direction {
    weather now;
    steady::time_point until = steady::time_point::max();
    steady::time_point busy{};
  };
  using key = std::pair<std::uint16_t, std::uint16_t>;  // ports of client and server
  [[nodiscard]] static key key_of(way where, const packet& what);
  [[nodiscard]] bool hit(double share);
  [[nodiscard]] double dice();

  std::mutex mutex_;
  std::mt19937_64 random_;
  direction ways_[2];
  std::map<key, connection> connections_;
  std::set<key> forgotten_;
  std::vector<std::pair<way, packet>> resets_;
};

}  // namespace reroute::network
