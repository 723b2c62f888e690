// Fields and checksums of a TCP packet over IPv4 (RFC 791, 1071, 9293).
#include "tests/network/packet.hpp"

#include <utility>

namespace reroute::network {
namespace {

constexpr std::size_t least_ip = 20, least_tcp = 20;
constexpr std::uint8_t tcp_protocol = 6;

std::uint16_t folded(std::uint32_t sum) {
  while (sum >> 16 != 0)
    sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum);
}

std::uint32_t sum_of(std::span<const std::uint8_t> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : std::uint32_t{bytes[i]};
  return sum;
}

}  // namespace

packet::packet(std::vector<std::uint8_t> bytes)
    : bytes_(std::move(bytes)), tcp_(std::size_t{4} * (bytes_[0] & 0x0fu)) {}

std::optional<packet> packet::read(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < least_ip + least_tcp || bytes[0] >> 4 != 4 || bytes[9] != tcp_protocol)
    return std::nullopt;
  packet made({bytes.begin(), bytes.end()});
  const bool whole = made.half(2) == bytes.size() && (made.half(6) & 0x3fff) == 0;
  if (!whole || made.tcp_ < least_ip || bytes.size() < made.tcp_ + least_tcp) return std::nullopt;
  return made;
}

packet packet::reset(endpoint from, endpoint to, std::uint32_t sequence) {
  packet made([] {
    std::vector<std::uint8_t> blank(least_ip + least_tcp);
    blank[0] = 0x45;
    return blank;
  }());
  made.set_half(2, least_ip + least_tcp);
  made.bytes_[8] = 64;  // hops
  made.bytes_[9] = tcp_protocol;
  made.set_half(made.tcp_, from.port);
  made.set_half(made.tcp_ + 2, to.port);
  made.set_word(made.tcp_ + 4, sequence);
  made.bytes_[made.tcp_ + 12] = 0x50;
  made.bytes_[made.tcp_ + 13] = 0x04;
  made.readdress(from.address, to.address);
  return made;
}

std::uint32_t packet::next_sequence() const {
  const std::size_t header = std::size_t{4} * (bytes_[tcp_ + 12] >> 4);
  const std::size_t payload = bytes_.size() - tcp_ - header;
  const unsigned marks = ((flags() & 0x01) != 0) + ((flags() & 0x02) != 0);  // FIN, SYN
  return word(tcp_ + 4) + static_cast<std::uint32_t>(payload) + marks;
}

void packet::readdress(ip4 from, ip4 to) {
  set_word(12, from);
  set_word(16, to);
  mend();
}

bool packet::intact() const { return sum_of_ip() == 0 && sum_of_tcp() == 0; }

void packet::mend() {
  set_half(10, 0);
  set_half(10, sum_of_ip());
  set_half(tcp_ + 16, 0);
  set_half(tcp_ + 16, sum_of_tcp());
}

std::uint16_t packet::sum_of_ip() const { return folded(sum_of(bytes().first(tcp_))); }

// over the pseudo header too: addresses, protocol, length
std::uint16_t packet::sum_of_tcp() const {
  const auto segment = bytes().subspan(tcp_);
  return folded(sum_of(bytes().subspan(12, 8)) + tcp_protocol +
                static_cast<std::uint32_t>(segment.size()) + sum_of(segment));
}

std::uint16_t packet::half(std::size_t at) const {
  return static_cast<std::uint16_t>(bytes_[at] << 8 | bytes_[at + 1]);
}
std::uint32_t packet::word(std::size_t at) const {
  return std::uint32_t{half(at)} << 16 | half(at + 2);
}
void packet::set_half(std::size_t at, std::uint32_t value) {
  bytes_[at] = static_cast<std::uint8_t>(value >> 8);
  bytes_[at + 1] = static_cast<std::uint8_t>(value);
}
void packet::set_word(std::size_t at, std::uint32_t value) {
  set_half(at, value >> 16);
  set_half(at + 2, value);
}

}  // namespace reroute::network
