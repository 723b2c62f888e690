// gzip, undone piece by piece: any split of bytes in, plain bytes out. Sans-I/O; zlib is behind it.
#include "io/gzip_inflater.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::string_view magic = "\x1f\x8b";
constexpr int gzip_only = 16 + MAX_WBITS;
constexpr std::size_t most_at_once = std::numeric_limits<uInt>::max();

uInt bounded(std::size_t size) noexcept { return static_cast<uInt>(std::min(size, most_at_once)); }

}  // namespace

gzip_inflater::gzip_inflater() {
  if (inflateInit2(&zlib_, gzip_only) != Z_OK) throw std::bad_alloc();
}

gzip_inflater::~gzip_inflater() { inflateEnd(&zlib_); }

std::size_t gzip_inflater::inflate(std::string_view& input, std::span<char> into) {
  if (form_ == form::unknown) recognise(input);
  if (form_ == form::unknown || into.empty()) return 0;
  std::string_view held = magic.substr(0, std::exchange(matched_, 0));
  if (form_ == form::gzip) {
    if (!held.empty()) (void)inflate_members(held, into);  // says nothing yet
    return inflate_members(input, into);
  }
  // at most one byte was held
  if (!held.empty()) into.front() = held.front();
  const std::size_t size = std::min(input.size(), into.size() - held.size());
  std::copy_n(input.begin(), size, into.begin() + static_cast<std::ptrdiff_t>(held.size()));
  input.remove_prefix(size);
  return held.size() + size;
}

void gzip_inflater::recognise(std::string_view& input) noexcept {
  while (form_ == form::unknown && !input.empty()) {
    if (input.front() != magic[matched_]) {
      form_ = form::plain;
    } else {
      input.remove_prefix(1);
      if (++matched_ == magic.size()) form_ = form::gzip;
    }
  }
}

std::size_t gzip_inflater::inflate_members(std::string_view& input, std::span<char> into) {
  std::size_t done = 0;
  while (!broken_ && done < into.size()) {
    if (between_) {
      if (input.empty()) break;
      if (inflateReset(&zlib_) != Z_OK) broken_ = true;
      between_ = false;
    }
    const uInt given = bounded(input.size());
    const uInt room = bounded(into.size() - done);
    // zlib reads through this pointer only, whatever its type says
    zlib_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(input.data()));
    zlib_.avail_in = given;
    zlib_.next_out = reinterpret_cast<Bytef*>(into.data() + done);
    zlib_.avail_out = room;
    const int result = ::inflate(&zlib_, Z_SYNC_FLUSH);
    input.remove_prefix(given - zlib_.avail_in);
    done += room - zlib_.avail_out;
    if (result == Z_MEM_ERROR) throw std::bad_alloc();
    if (result == Z_STREAM_END) {
      between_ = true;
    } else if (result == Z_BUF_ERROR) {  // no input left, and nothing more to say
      break;
    } else if (result != Z_OK) {
      broken_ = true;
    }
  }
  return done;
}

}  // namespace reroute::detail
