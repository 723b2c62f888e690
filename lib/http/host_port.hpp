// A host and its port as one text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::http {

/// "host:port", with brackets around an IPv6 literal.
[[nodiscard]] inline std::string host_and_port(std::string_view host, std::uint16_t port) {
  const bool literal = host.find(':') != std::string_view::npos;
  std::string text = literal ? '[' + std::string(host) + ']' : std::string(host);
  return text.append(":").append(std::to_string(port));
}

}  // namespace reroute::http
