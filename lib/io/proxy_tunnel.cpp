// CONNECT: the question to a proxy, and what its answer means. Sans-I/O.
#include "io/proxy_tunnel.hpp"

#include <reroute/error/errc.hpp>

#include "http/host_port.hpp"
#include "http/location.hpp"
#include "io/peer_protocol.hpp"

#include <limits>
#include <utility>

namespace reroute::detail {
namespace {

// of a refusal; nobody reads it
constexpr auto any_body = std::numeric_limits<std::size_t>::max();

constexpr std::string_view url = "https_options::proxy.url";

std::string no_proxy(peer_protocol what) {
  switch (what) {
    case peer_protocol::tls:
      return "it speaks TLS: write https:// in " + std::string(url);
    case peer_protocol::socks:
      return "it is a SOCKS proxy: give an HTTP proxy in " + std::string(url);
    default:
      return "it does not answer in HTTP: check " + std::string(url);
  }
}

}  // namespace

proxy_tunnel::proxy_tunnel(const proxy& through, std::string_view host, std::uint16_t port,
                           std::size_t max_header_size)
    : target_(http::host_and_port(host, port)),
      with_credential_(!through.authorization.empty()),
      reader_({max_header_size, any_body}) {
  request_ = "CONNECT " + target_ + " HTTP/1.1\r\nHost: " + target_ + "\r\n";
  if (with_credential_) {
    request_.append("Proxy-Authorization: ").append(through.authorization).append("\r\n");
  }
  request_ += "\r\n";
}

bool proxy_tunnel::feed(std::string_view bytes) {
  heard_ += bytes;
  while (!error_ && !reader_.head_done()) {
    const auto progress = reader_.feed(heard_);
    heard_.erase(0, progress.consumed);
    if (reader_.error() && !reader_.head_done()) fail(no_proxy(guess_protocol(heard_)));
    if (progress.consumed == 0) break;
  }
  if (!error_ && !reader_.head_done()) return false;
  if (!error_) judge(reader_.take_head());
  return true;
}

void proxy_tunnel::judge(const http::response_head& head) {
  // RFC 9110, 9.3.6: any 2xx, whose length does not count
  if (head.status / 100 == 2) {
    // the client speaks first in TLS
    if (!heard_.empty()) fail("it spoke in the origin's place");
    return;
  }
  if (head.status != 407) {
    const auto location = head.headers.find("location");
    const std::string to = location ? http::shown_location(*location) : std::string();
    return fail("it answered " + std::to_string(head.status) +
                (to.empty() ? to : ", a redirect to " + to));
  }
  error_.code = errc::proxy_unauthorized;
  error_.detail =
      (with_credential_ ? "it refused the credential (407): check user and password in "
                        : "it wants a credential (407): give http://user:password@host:port in ") +
      std::string(url);
}

void proxy_tunnel::feed_end() {
  fail("it closed the connection without an answer; " + std::string(url) +
       " must name an HTTP proxy (not SOCKS, and with https:// if it speaks TLS)");
}

void proxy_tunnel::fail(std::string why) {
  error_.code = errc::proxy_refused;
  error_.detail = "CONNECT " + target_ + ": " + std::move(why);
}

}  // namespace reroute::detail
