// The emulator's own parts, without a network.
#include "tests/network/packet.hpp"
#include "tests/network/path.hpp"
#include "tests/support/catch.hpp"

using namespace std::chrono_literals;
using namespace reroute::network;

namespace {

const endpoint client{here, 40'000};
const endpoint server{address(2), 443};

packet any() { return packet::reset(client, server, 7); }

std::size_t arrivals(path& over, way direction, int packets) {
  std::size_t all = 0;
  for (int i = 0; i < packets; ++i)
    all += over.send(direction, any(), steady::now()).size();
  return all;
}

}  // namespace

TEST_CASE("a packet is written, readdressed, and read again") {
  packet made = any();
  CHECK(made.intact());
  CHECK(made.resets());
  CHECK_FALSE(made.opens());
  CHECK(made.next_sequence() == 7);
  made.readdress(address(2), loopback);
  CHECK(made.intact());
  const auto again = packet::read(made.bytes());
  REQUIRE(again);
  CHECK(again->from().address == address(2));
  CHECK(again->to().address == loopback);
  CHECK(again->from().port == client.port);
  CHECK(again->to().port == server.port);
}

TEST_CASE("what is no whole TCP packet is not read") {
  const packet made = any();
  for (std::size_t size = 0; size < made.bytes().size(); ++size)
    CHECK_FALSE(packet::read(made.bytes().first(size)));
  std::vector<std::uint8_t> other(made.bytes().begin(), made.bytes().end());
  other[9] = 17;  // UDP
  CHECK_FALSE(packet::read(other));
}

TEST_CASE("a path loses, doubles and delays by its dice, each way by itself") {
  path over(1);
  CHECK(arrivals(over, way::to_server, 1000) == 1000);
  weather bad;
  bad.loss = 0.25;
  over.set(way::to_server, bad);
  const auto kept = arrivals(over, way::to_server, 1000);
  CHECK(kept > 650);
  CHECK(kept < 850);
  CHECK(arrivals(over, way::to_client, 1000) == 1000);
  path same(1);
  same.set(way::to_server, bad);
  CHECK(arrivals(same, way::to_server, 1000) == kept);

  bad = {};
  bad.copies = 1;
  bad.delay = 10ms;
  bad.jitter = 10ms;
  over.set(bad);
  const auto now = steady::now();
  const auto both = over.send(way::to_client, any(), now);
  REQUIRE(both.size() == 2);
  CHECK(both[0] != both[1]);
  for (const auto& at : both) {
    CHECK(at >= now + 10ms);
    CHECK(at < now + 20ms);
  }
}

TEST_CASE("a black hole swallows all, for its time") {
  path over(1);
  over.set(black_hole(1h));
  const auto now = steady::now();
  CHECK(over.send(way::to_server, any(), now).empty());
  CHECK(over.send(way::to_server, any(), now + 2h).size() == 1);
}
