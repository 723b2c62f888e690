// Header fields between nghttp2 and strings, for servers of tests.
#pragma once

#include <nghttp2/nghttp2.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::testing {

inline std::string h2_text(const std::uint8_t* bytes, std::size_t size) {
  return {reinterpret_cast<const char*>(bytes), size};
}

/// nghttp2 copies it, whatever its types say.
inline nghttp2_nv h2_field(std::string_view name, std::string_view value) {
  const auto bytes = [](std::string_view of) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(of.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

}  // namespace reroute::testing
