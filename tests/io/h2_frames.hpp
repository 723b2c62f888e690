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

/// Reads until the head of this request has come, or the client has gone. What comes behind it is left for the next.
inline asio::awaitable<void> until_headers(server_connection& on, std::uint32_t id = 1) {
  constexpr std::size_t preface = 24;
  std::string& heard = on.unread;
  for (;;) {
    const bool first = heard.starts_with("PRI ");
    if (first && heard.size() >= preface) heard.erase(0, preface);
    while (heard.size() >= 9 && !heard.starts_with("PRI ")) {
      const auto byte = [&](std::size_t i) {
        return static_cast<std::size_t>(static_cast<unsigned char>(heard[i]));
      };
      const bool found = byte(3) == 1 && byte(8) + (byte(7) << 8U) == id;
      const std::size_t size = 9 + (byte(0) << 16U) + (byte(1) << 8U) + byte(2);
      if (heard.size() < size) break;
      heard.erase(0, size);
      if (found) co_return;
    }
    const std::string more = co_await on.read_some();
    if (more.empty()) co_return;
    heard += more;
  }
}

}  // namespace reroute::io_test
