// Request bodies in gzip, unpacked as the API does it: bounded, and with its errors.
#include "testing/content_coding.hpp"

#include <array>
#include <new>
#include <utility>
#include <zlib.h>

namespace reroute::testing {
namespace {

enum class unpacked : unsigned char { whole, broken, too_large };

// one member and nothing behind it, as strict readers have it
unpacked gunzip(const std::string& packed, std::string& plain, std::size_t most) {
  z_stream zlib{};
  if (inflateInit2(&zlib, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  zlib.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  zlib.avail_in = static_cast<uInt>(packed.size());
  std::array<char, 16 * 1024> room;
  int result = Z_OK;
  while (result == Z_OK && plain.size() <= most) {
    zlib.next_out = reinterpret_cast<Bytef*>(room.data());
    zlib.avail_out = static_cast<uInt>(room.size());
    result = inflate(&zlib, Z_NO_FLUSH);
    plain.append(room.data(), room.size() - zlib.avail_out);
  }
  const bool whole = result == Z_STREAM_END && zlib.avail_in == 0;
  inflateEnd(&zlib);
  if (plain.size() > most) return unpacked::too_large;
  return whole ? unpacked::whole : unpacked::broken;
}

}  // namespace

bool undo_content_coding(heard_request& request, bool takes_gzip, std::size_t max_body) {
  const std::string_view coding = request.field("content-encoding");
  if (coding.empty() || coding == "identity") return false;
  if (coding != "gzip" || !takes_gzip) {
    request.coding_problem = "request_body_encoding_unsupported";
    return false;
  }
  std::string plain;
  const unpacked result = gunzip(request.body, plain, max_body);
  if (result == unpacked::broken) request.coding_problem = "request_body_encoding_invalid";
  if (result == unpacked::too_large)
    request.coding_problem = "request_body_too_large_after_decoding";
  if (result == unpacked::whole) request.body = std::move(plain);
  return true;
}

}  // namespace reroute::testing
