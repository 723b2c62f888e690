// gzip made in the test's process.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <zlib.h>

namespace reroute::testing {

/// Packs piece after piece into one member.
class gzip_writer {
 public:
  gzip_writer() {
    if (deflateInit2(&zlib_, Z_BEST_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::runtime_error("zlib");
  }
  gzip_writer(const gzip_writer&) = delete;
  gzip_writer& operator=(const gzip_writer&) = delete;
  ~gzip_writer() { deflateEnd(&zlib_); }

  /// The bytes from which `text` can be read already.
  std::string add(std::string_view text) { return run(text, Z_SYNC_FLUSH); }
  /// The end of the member.
  std::string finish(std::string_view text = {}) { return run(text, Z_FINISH); }

 private:
  std::string run(std::string_view text, int flush) {
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    zlib_.avail_in = static_cast<uInt>(text.size());
    std::string made;
    do {
      char room[4096];
      zlib_.next_out = reinterpret_cast<Bytef*>(room);
      zlib_.avail_out = sizeof room;
      deflate(&zlib_, flush);
      made.append(room, sizeof room - zlib_.avail_out);
    } while (zlib_.avail_out == 0);
    return made;
  }
  z_stream zlib_{};
};

inline std::string gzip(std::string_view text) { return gzip_writer().finish(text); }

}  // namespace reroute::testing
