// Which HTTP proxy to go through, and for whom not.
#pragma once

#include <reroute/io/tls_options.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace reroute {

/// An HTTP proxy for https URLs, asked to CONNECT: it sees whom a connection goes to, and nothing of what
/// goes over it. It resolves the names. Plain http never goes through it. SOCKS is not spoken.
struct proxy_settings {
  /// "http://host:port" or "http://user:password@host:port", in which %40 stands for @ and so on; without
  /// a port 80. "https://...": the proxy itself is spoken to over TLS, so that nobody on the way to it sees the
  /// password and whom you call; without a port 443. Empty: no proxy. The password is sent to the proxy (basic
  /// authentication), and appears in no log and no error.
  std::string url = {};
  /// TLS with an https proxy itself: `https_options::tls` is for what is behind it, and counts for nothing here.
  /// Default: the system's roots, and no client certificate.
  tls_options tls = {};
  /// Who is reached without it, as in NO_PROXY: entries between commas or blanks, each a name ("example.com"
  /// and ".example.com" mean that name and all below it), an address, a network ("10.0.0.0/8", "fd00::/8"),
  /// or "*" for all; with ":port" behind a name or address for that port only. Names are compared as they are
  /// written, not resolved. What is none of these is passed over.
  std::string no_proxy = {};
};

/// Reads https_proxy or HTTPS_PROXY, and no_proxy or NO_PROXY; of two, the one in small letters counts.
/// White space around a value is not part of it; an unset or blank variable leaves its setting empty. The values are checked by `make_https_transport`.
[[nodiscard]] proxy_settings proxy_from_environment();

/// The same, from variables that `lookup` finds.
[[nodiscard]] proxy_settings proxy_from_environment(
    const std::function<std::optional<std::string>(std::string_view name)>& lookup);

}  // namespace reroute
