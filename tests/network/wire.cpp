// Addresses, waiting, and the order of arrival.
#include "tests/network/wire.hpp"

#include <algorithm>
#include <array>
#include <poll.h>
#include <unistd.h>
#include <utility>

namespace reroute::network {
namespace {

// how soon orders of other threads (resets, the end) are seen
constexpr auto attention = std::chrono::milliseconds(2);

}  // namespace

wire::wire(const private_network& on, unsigned paths, std::uint64_t seed) : device_(on.device()) {
  for (unsigned i = 0; i < paths; ++i)
    paths_.push_back(std::make_unique<path>(seed + i));
  thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
}

wire::~wire() {
  thread_.request_stop();
  thread_.join();
}

void wire::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    wait();
    collect();
    for (unsigned i = 0; i < paths_.size(); ++i) {
      for (auto& [direction, what] : paths_[i]->take_resets())
        deliver(i, direction, std::move(what));
    }
    deliver_due();
    ++turns_;
  }
}

void wire::wait() {
  steady::duration left = attention;
  if (!under_way_.empty()) left = std::min(left, under_way_.top().due - steady::now());
  const auto nanoseconds = std::max<std::int64_t>(std::chrono::nanoseconds(left).count(), 0);
  const timespec time{0, static_cast<long>(nanoseconds)};
  pollfd device{device_, POLLIN, 0};
  ppoll(&device, 1, &time, nullptr);
}

void wire::collect() {
  std::array<std::uint8_t, 65536> space;
  for (;;) {
    const auto size = ::read(device_, space.data(), space.size());
    if (size <= 0) return;
    if (auto what = packet::read({space.data(), static_cast<std::size_t>(size)}))
      post(std::move(*what));
  }
}

void wire::post(packet what) {
  const bool from_client = what.from().address == here;
  if (!from_client && what.from().address != loopback) return;
  const ip4 outside = what.to().address;  // the server's, or where a server thinks its client is
  const unsigned over = outside - address_of(0);
  if (over >= paths_.size()) return;
  const way direction = from_client ? way::to_server : way::to_client;
  // on the way it is between the client and the server's address outside
  if (!from_client) what.readdress(outside, here);
  for (const auto due : paths_[over]->send(direction, what, steady::now()))
    under_way_.push({due, posted_++, over, direction, what});
}

void wire::deliver_due() {
  while (!under_way_.empty() && under_way_.top().due <= steady::now()) {
    letter next = under_way_.top();
    under_way_.pop();
    deliver(next.over, next.direction, std::move(next.what));
  }
}

void wire::deliver(unsigned over, way direction, packet what) {
  paths_[over]->arrived(direction, what);
  if (direction == way::to_server) what.readdress(address_of(over), loopback);
  // a device that takes no more loses it, as networks do
  [[maybe_unused]] const auto written = ::write(device_, what.bytes().data(), what.bytes().size());
}

}  // namespace reroute::network
