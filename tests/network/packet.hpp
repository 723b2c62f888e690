// A TCP packet over IPv4: what an emulator reads of it, and rewrites.
#pragma once

#include "tests/network/private_network.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace reroute::network {

struct endpoint {
  ip4 address = 0;
  std::uint16_t port = 0;
};

class packet {
 public:
  /// Nothing if it is not a whole TCP packet.
  [[nodiscard]] static std::optional<packet> read(std::span<const std::uint8_t> bytes);
  /// A reset with this sequence number.
  [[nodiscard]] static packet reset(endpoint from, endpoint to, std::uint32_t sequence);

  [[nodiscard]] endpoint from() const { return {word(12), half(tcp_)}; }
  [[nodiscard]] endpoint to() const { return {word(16), half(tcp_ + 2)}; }
  [[nodiscard]] bool opens() const { return (flags() & 0x12) == 0x02; }
  [[nodiscard]] bool resets() const { return (flags() & 0x04) != 0; }
  [[nodiscard]] bool acknowledges() const { return (flags() & 0x10) != 0; }
  /// What its sender will send next.
  [[nodiscard]] std::uint32_t next_sequence() const;
  [[nodiscard]] std::uint32_t acknowledged() const { return word(tcp_ + 8); }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }

  /// Other addresses, the same ports; mends the checksums.
  void readdress(ip4 from, ip4 to);
  /// True if both checksums are right.
  [[nodiscard]] bool intact() const;

 private:
  explicit packet(std::vector<std::uint8_t> bytes);
  [[nodiscard]] std::uint8_t flags() const { return bytes_[tcp_ + 13]; }
  [[nodiscard]] std::uint16_t half(std::size_t at) const;
  [[nodiscard]] std::uint32_t word(std::size_t at) const;
  void set_half(std::size_t at, std::uint32_t value);
  void set_word(std::size_t at, std::uint32_t value);
  [[nodiscard]] std::uint16_t sum_of_ip() const;
  [[nodiscard]] std::uint16_t sum_of_tcp() const;
  void mend();

  std::vector<std::uint8_t> bytes_;
  std::size_t tcp_;  // where its header begins
};

}  // namespace reroute::network
