// What a peer speaks that does not speak what it should: known by how it begins. Pure.
#pragma once

#include <cstdint>
#include <string_view>

namespace reroute::detail {

enum class peer_protocol : std::uint8_t {
  unknown,
  tls,
  http1,
  http2,  ///< without TLS around it
  socks,  ///< refuses what is no SOCKS
};

/// By the first bytes of what it said, which may be few. `unknown` where several could begin like that.
[[nodiscard]] peer_protocol guess_protocol(std::string_view first) noexcept;

}  // namespace reroute::detail
