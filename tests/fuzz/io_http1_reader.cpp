// An HTTP/1.1 server that says anything: the same response in any split, within the limits.
#include "io/http1_reader.hpp"
#include "tests/fuzz/expect.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t body_limit = 5000, header_limit = 2000;

struct reading {
  int status = 0;
  std::size_t fields = 0;
  std::string body;
  bool done = false, failed = false;
  bool operator==(const reading&) const = default;
};

reading read(std::string_view bytes, std::size_t most) {
  reroute::detail::http1_reader reader({header_limit, body_limit});
  reading all;
  std::vector<char> window;
  bool head = false;
  while (!bytes.empty() && !reader.error() && !reader.done()) {
    const std::size_t size = std::min(most, bytes.size());
    window.insert(window.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    bytes.remove_prefix(size);
    for (;;) {
      const auto step = reader.feed({window.data(), window.size()});
      all.body += step.body;
      fuzz::expect(step.consumed <= window.size(), "no more is taken than there is");
      window.erase(window.begin(), window.begin() + static_cast<std::ptrdiff_t>(step.consumed));
      if (!head && reader.head_done()) {
        head = true;
        const auto got = reader.take_head();
        all.status = got.status;
        all.fields = got.headers.size();
      }
      if (step.consumed == 0 || window.empty() || reader.error() || reader.done()) break;
    }
    fuzz::expect(window.size() <= 3 * header_limit + most, "what is kept is bounded");
    if (window.size() > 2 * header_limit) break;
  }
  if (!reader.error() && !reader.done() && bytes.empty()) reader.feed_end();
  all.done = reader.done();
  all.failed = static_cast<bool>(reader.error());
  fuzz::expect(all.body.size() <= body_limit, "a body is bounded");
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const reading whole = read(bytes, 100'000);
  const reading split = read(bytes, 1 + size % 7);
  fuzz::expect(whole.done == split.done, "a split changes nothing");
  if (whole.done)
    fuzz::expect(whole.status == split.status && whole.body == split.body, "nor what is read");
  return 0;
}
