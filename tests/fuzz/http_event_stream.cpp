// Event streams: whatever the bytes and however they are split, the same events, and never out of bounds.
#include <reroute/http/event_stream.hpp>

#include "tests/fuzz/expect.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

struct reading {
  std::vector<std::string> events;
  std::string id;
  reroute::http::event_stream_error error = reroute::http::event_stream_error::none;
  bool operator==(const reading&) const = default;
};

// in pieces whose sizes `sizes` gives in turns, each in memory of its own
reading read(std::string_view bytes, std::string_view sizes) {
  reroute::http::event_stream_parser parser({.line = 200, .event = 300});
  reading all;
  for (std::size_t at = 0, turn = 0; at < bytes.size(); ++turn) {
    const std::size_t size =
        sizes.empty() ? bytes.size()
                      : static_cast<unsigned char>(sizes[turn % sizes.size()]) % 16U + turn % 2;
    const std::vector<char> piece(
        bytes.begin() + static_cast<std::ptrdiff_t>(at),
        bytes.begin() + static_cast<std::ptrdiff_t>(std::min(at + size, bytes.size())));
    at += piece.size();
    parser.feed({piece.data(), piece.size()});
    for (reroute::http::server_event each; parser.next(each);)
      all.events.push_back(std::string(each.name) + '\0' + std::string(each.data));
  }
  all.id = parser.last_event_id();
  all.error = parser.error();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view sizes = all.substr(0, all.size() / 4);
  const std::string_view bytes = all.substr(sizes.size());
  const reading whole = read(bytes, {});
  fuzz::expect(read(bytes, sizes) == whole, "a split changes nothing");
  fuzz::expect(read(bytes, "\1") == whole, "nor do single bytes");
  for (const std::string& each : whole.events)
    fuzz::expect(each.size() <= 200 + 1 + 300, "the limits hold");
  return 0;
}
