// CONNECT: the question to a proxy, and what its answer means. Sans-I/O.
#include "io/proxy_tunnel.hpp"

#include <reroute/error/errc.hpp>

#include <limits>

namespace reroute::detail {
namespace {

// of a refusal; nobody reads it
constexpr auto any_body = std::numeric_limits<std::size_t>::max();

std::string authority(std::string_view host, std::uint16_t port) {
  const bool literal = host.find(':') != std::string_view::npos;
  std::string text = literal ? '[' + std::string(host) + ']' : std::string(host);
  return text.append(":").append(std::to_string(port));
}

}  // namespace

proxy_tunnel::proxy_tunnel(const proxy& through, std::string_view host, std::uint16_t port,
                           std::size_t max_header_size)
    : name_("the proxy " + through.name),
      target_(authority(host, port)),
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
    if (reader_.error() && !reader_.head_done()) fail("does not answer in HTTP");
    if (progress.consumed == 0) break;
  }
  if (!error_ && !reader_.head_done()) return false;
  if (!error_) judge(reader_.take_head().status);
  return true;
}

void proxy_tunnel::judge(int status) {
  // RFC 9110, 9.3.6: any 2xx, whose length does not count
  if (status / 100 == 2) {
    // the client speaks first in TLS
    if (!heard_.empty()) fail("spoke in the origin's place");
    return;
  }
  if (status != 407) return fail("answered " + std::to_string(status));
  error_.code = errc::proxy_unauthorized;
  error_.detail =
      name_ + (with_credential_ ? " refused the credential of https_options::proxy.url (407)"
                                : " wants a credential (407): give http://user:password@host:port");
}

void proxy_tunnel::feed_end() { fail("closed the connection without an answer"); }

void proxy_tunnel::fail(std::string_view why) {
  error_.code = errc::proxy_refused;
  error_.detail = name_ + ' ' + std::string(why) + " to CONNECT " + target_;
}

}  // namespace reroute::detail
