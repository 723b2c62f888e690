// A network of this process's own: a TUN device whose other end is a file descriptor.
#pragma once

#include <cstdint>
#include <string>

namespace reroute::network {

using ip4 = std::uint32_t;  ///< in the host's byte order

constexpr ip4 address(unsigned last) { return (10u << 24) | (9u << 16) | last; }
/// Ours on the device; others in its network are played by whoever reads the descriptor.
constexpr ip4 here = address(1);
constexpr ip4 loopback = (127u << 24) | 1u;

/// Entered once, by the first who asks, and never left: a network namespace with nothing in it but a
/// loopback and the device. What comes out of the device may be addressed to 127.0.0.1.
///
/// Needs root or user namespaces, and /dev/net/tun. Before the process has a second thread.
class private_network {
 public:
  /// Null where it is not to be had: says SKIPPED and why.
  [[nodiscard]] static const private_network* enter();

  /// Reads and writes whole IP packets; does not block.
  [[nodiscard]] int device() const { return device_; }

 private:
  private_network();
  int device_ = -1;
  std::string missing_;  // why it is not there
};

}  // namespace reroute::network
