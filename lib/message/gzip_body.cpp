// A request body in gzip, whose large part is packed once for all heads.
#include "message/gzip_body.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>
#include <zlib.h>

namespace reroute::detail {
namespace {

// identification, deflate, no flags, no time, no extra flags, no system
constexpr std::string_view member_head("\x1f\x8b\x08\0\0\0\0\0\0\xff", 10);
constexpr std::size_t most_stored = 65535;  // bytes of one stored block
constexpr int raw_deflate = -MAX_WBITS;
constexpr int memory_level = 8;  // zlib's default

// what zlib reads through this pointer, whatever its type says
Bytef* bytes_of(std::string_view text) {
  return reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
}

// in pieces that zlib can count
std::uint32_t checksum_of(std::string_view text) {
  uLong sum = crc32(0, nullptr, 0);
  while (!text.empty()) {
    const std::size_t size = std::min<std::size_t>(text.size(), std::numeric_limits<uInt>::max());
    sum = crc32(sum, bytes_of(text), static_cast<uInt>(size));
    text.remove_prefix(size);
  }
  return static_cast<std::uint32_t>(sum);
}

void add_number(std::string& to, std::uint64_t value, int bytes) {
  for (int i = 0; i < bytes; ++i, value >>= 8)
    to += static_cast<char>(value & 0xff);
}

void add_stored(std::string& to, std::string_view text, bool last) {
  do {
    const std::string_view part = text.substr(0, most_stored);
    text.remove_prefix(part.size());
    to += static_cast<char>(last && text.empty() ? 1 : 0);
    add_number(to, part.size(), 2);
    add_number(to, ~part.size(), 2);
    to += part;
  } while (!text.empty());
}

struct deflater {
  // fast: this is done on the loop
  deflater() {
    if (deflateInit2(&zlib, Z_BEST_SPEED, Z_DEFLATED, raw_deflate, memory_level,
                     Z_DEFAULT_STRATEGY) != Z_OK)
      throw std::bad_alloc();
  }
  deflater(const deflater&) = delete;
  deflater& operator=(const deflater&) = delete;
  ~deflater() { deflateEnd(&zlib); }
  z_stream zlib{};
};

}  // namespace

gzip_tail::gzip_tail(std::string_view plain)
    : plain_size(plain.size()), checksum(checksum_of(plain)) {
  deflater made;
  z_stream& zlib = made.zlib;
  constexpr std::size_t step = 64 * 1024;
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (zlib.avail_in == 0 && !plain.empty()) {
      const std::size_t size = std::min<std::size_t>(plain.size(), step);
      zlib.next_in = bytes_of(plain);
      zlib.avail_in = static_cast<uInt>(size);
      plain.remove_prefix(size);
    }
    const std::size_t before = bytes.size();
    bytes.resize(before + step);
    zlib.next_out = reinterpret_cast<Bytef*>(bytes.data() + before);
    zlib.avail_out = static_cast<uInt>(step);
    result = deflate(&zlib, plain.empty() ? Z_FINISH : Z_NO_FLUSH);
    bytes.resize(before + step - zlib.avail_out);
  }
  bytes.shrink_to_fit();
}

http::body gzip_body(std::string_view head, const std::shared_ptr<const gzip_tail>& tail) {
  std::string front(member_head);
  add_stored(front, head, !tail);
  std::uint32_t sum = checksum_of(head);
  std::size_t size = head.size();
  if (tail) {
    sum = static_cast<std::uint32_t>(
        crc32_combine(sum, tail->checksum, static_cast<z_off_t>(tail->plain_size)));
    size += tail->plain_size;
  }
  std::string end;
  add_number(end, sum, 4);
  add_number(end, size, 4);
  if (!tail) return http::body(front + end);
  return http::body(std::move(front), {tail, &tail->bytes}, std::move(end));
}

}  // namespace reroute::detail
