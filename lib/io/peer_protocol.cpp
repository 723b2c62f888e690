// What a peer speaks that does not speak what it should: known by how it begins.
#include "io/peer_protocol.hpp"

namespace reroute::detail {

peer_protocol guess_protocol(std::string_view first) noexcept {
  const auto byte = [first](std::size_t at) {
    return at < first.size() ? static_cast<unsigned char>(first[at]) : 0x100;
  };
  if (first.starts_with("HTTP/")) return peer_protocol::http1;
  // a record: an alert or a handshake, of any version
  if ((byte(0) == 0x15 || byte(0) == 0x16) && byte(1) == 3) return peer_protocol::tls;
  // version 5 has no way of logging in that was asked for; version 4 answers with 0 and 91 to 93
  if (byte(0) == 5) return peer_protocol::socks;
  if (byte(0) == 0 && byte(1) >= 91 && byte(1) <= 93) return peer_protocol::socks;
  // a server's first frame is SETTINGS (4) of the connection, short, and no answer to any
  if (byte(0) == 0 && byte(1) == 0 && byte(3) == 4 && byte(4) == 0) return peer_protocol::http2;
  return peer_protocol::unknown;
}

}  // namespace reroute::detail
