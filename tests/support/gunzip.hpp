// gzip undone in the test's process, strictly: one member, and nothing behind it.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <zlib.h>

namespace reroute::testing {

/// Nothing if it is not a whole gzip member, with the right checksum and size.
inline std::optional<std::string> gunzip(const std::string& packed) {
  z_stream zlib{};
  if (inflateInit2(&zlib, 16 + MAX_WBITS) != Z_OK) throw std::runtime_error("zlib");
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  std::string plain;
  int result = Z_OK;
  while (result == Z_OK) {
    char room[4096];
    zlib.next_out = reinterpret_cast<Bytef*>(room);
    zlib.avail_out = sizeof room;
    result = inflate(&zlib, Z_NO_FLUSH);
    plain.append(room, sizeof room - zlib.avail_out);
  }
  const bool whole = result == Z_STREAM_END && zlib.avail_in == 0;
  inflateEnd(&zlib);
  if (!whole) return std::nullopt;
  return plain;
}

}  // namespace reroute::testing
