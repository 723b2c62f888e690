// gzip undone: any split, any number of members, and everything that is none.
#include "io/gzip_inflater.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/gzip.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

using namespace reroute::detail;
using reroute::testing::gzip;
using reroute::testing::gzip_writer;

namespace {

struct undone {
  std::string text;
  bool broken = false;
  bool may_end = false;
};

// feeds `split` bytes at a time, and takes `room` at a time
undone undo(std::string_view packed, std::size_t split, std::size_t room = 64) {
  gzip_inflater inflater;
  undone result;
  std::string into(room, '\0');
  while (!packed.empty() && !inflater.broken()) {
    std::string_view input = packed.substr(0, split);
    packed.remove_prefix(input.size());
    std::size_t size = room;
    while (size == room || !input.empty()) {
      size = inflater.inflate(input, into);
      result.text.append(into, 0, size);
      if (inflater.broken()) break;
    }
  }
  result.broken = inflater.broken();
  result.may_end = inflater.may_end();
  return result;
}

std::string long_text() {
  std::string text;
  for (int i = 0; i < 3000; ++i)
    text += "line " + std::to_string(i * i) + "\n";
  return text;
}

}  // namespace

TEST_CASE("gzip is undone, however it is split") {
  const std::string text = long_text();
  const std::string packed = gzip(text);
  const std::size_t split = GENERATE(1u, 2u, 7u, 1000u, 1'000'000u);
  const std::size_t room = GENERATE(1u, 64u, 100'000u);
  const auto got = undo(packed, split, room);
  CHECK(got.text == text);
  CHECK(got.may_end);
  CHECK_FALSE(got.broken);
}

TEST_CASE("several members are one text") {
  const std::string packed = gzip("one ") + gzip("") + gzip("two");
  const auto got = undo(packed, GENERATE(1u, 5u, 1000u));
  CHECK(got.text == "one two");
  CHECK(got.may_end);
}

TEST_CASE("what was flushed is there at once") {
  gzip_writer writer;
  gzip_inflater inflater;
  std::array<char, 256> room;
  for (const std::string text : {"event: ping\n\n", "event: message_stop\n\n"}) {
    const std::string packed = writer.add(text);
    std::string_view input = packed;
    const auto size = inflater.inflate(input, room);
    CHECK(std::string_view(room.data(), size) == text);
    CHECK(input.empty());
    CHECK_FALSE(inflater.may_end());
  }
}

TEST_CASE("nothing is a stream that may end") {
  const gzip_inflater inflater;
  CHECK(inflater.may_end());
}

TEST_CASE("each cut is noticed, and each flipped byte does no harm") {
  const std::string text = "the quick brown fox jumps over the lazy dog, over and over again";
  const std::string packed = gzip(text);
  for (std::size_t size = 1; size < packed.size(); ++size) {
    const auto got = undo(packed.substr(0, size), 3);
    CHECK_FALSE(got.may_end);
    CHECK(text.starts_with(got.text));
  }
  for (std::size_t at = 0; at < packed.size(); ++at) {
    std::string bad = packed;
    bad[at] = static_cast<char>(bad[at] ^ 0x55);
    const auto got = undo(bad, 1000);
    // header flags and time are not covered by the checksum
    if (at >= 10) CHECK((got.broken || !got.may_end));
  }
}

TEST_CASE("what does not begin as gzip comes out as it is, however it is split") {
  const std::string text =
      GENERATE(as<std::string>(), "plain text, not gzip", "x", "{}", "\x78\x9c\x01", "\x1f\x1f\x8b",
               "\x1fplain", std::string(3, '\0'));
  const auto got = undo(text, GENERATE(1u, 2u, 1000u), GENERATE(1u, 64u));
  CHECK(got.text == text);
  CHECK(got.may_end);
  CHECK_FALSE(got.broken);
}

TEST_CASE("gzip that is broken stays so") {
  const std::string bad =
      GENERATE(as<std::string>(), "\x1f\x8b is only how it begins", gzip("good") + "and more");
  const auto got = undo(bad, 1000);
  CHECK(got.broken);
  gzip_inflater inflater;
  std::array<char, 64> room;
  std::string_view input = bad;
  while (!inflater.broken())
    (void)inflater.inflate(input, room);
  const std::string good = gzip("good");
  input = good;
  CHECK(inflater.inflate(input, room) == 0);
}
