// HTTP/2 frames made by hand, for what no library would say.
#pragma once

#include "tests/io/scripted_server.hpp"

#include <asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::io_test {

inline std::string big_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = bytes - 1; i >= 0; --i)
    out += static_cast<char>((value >> (8 * i)) & 0xff);
  return out;
}

inline std::string frame(int type, int flags, std::uint32_t stream, std::string_view payload) {
  return big_endian(payload.size(), 3) + big_endian(static_cast<std::uint64_t>(type), 1) +
         big_endian(static_cast<std::uint64_t>(flags), 1) + big_endian(stream, 4) +
         std::string(payload);
}

/// One entry of SETTINGS.
inline std::string setting(int id, std::uint32_t value) {
  return big_endian(static_cast<std::uint64_t>(id), 2) + big_endian(value, 4);
}

/// Reads until a request's head has come (of one that fits in what is read at once).
inline asio::awaitable<void> until_headers(server_connection& on) {
  std::string heard;
  std::size_t at = 0;
  for (;;) {
    if (heard.starts_with("PRI ") && at == 0 && heard.size() >= 24) at = 24;
    while (heard.size() >= at + 9 && (at > 0 || !heard.starts_with("PRI "))) {
      const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(heard[at + i]));
      };
      if (byte(3) == 1) co_return;
      const std::size_t size = 9 + (byte(0) << 16U) + (byte(1) << 8U) + byte(2);
      if (heard.size() < at + size) break;
      at += size;
    }
    const std::string more = co_await on.read_some();
    if (more.empty()) co_return;
    heard += more;
  }
}

}  // namespace reroute::io_test
