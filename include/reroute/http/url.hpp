// An absolute http or https URL, checked once and then trusted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace reroute::http {

/// An absolute URL, split into its parts. A plain value; `parse_url` makes checked ones.
struct url {
  std::string scheme = "https";  ///< "https" or "http", lower case
  std::string host = {};         ///< name, IPv4 or IPv6 literal without brackets; lower case
  std::uint16_t port = 443;      ///< 443 or 80 where the text named none
  std::string target = "/";      ///< path and query, beginning with "/"

  /// True for https.
  [[nodiscard]] bool secure() const noexcept { return scheme == "https"; }
  /// True if the host is 127.0.0.0/8, ::1 or localhost.
  [[nodiscard]] bool loopback() const noexcept;
  /// What belongs into the Host field: brackets around IPv6, the port where it is not the scheme's own.
  [[nodiscard]] std::string authority() const;
  /// The whole URL as text.
  [[nodiscard]] std::string text() const;
  /// This URL with `path` appended to its path, with one slash between them. The query is kept, after
  /// that of `path` if both have one.
  [[nodiscard]] url join(std::string_view path) const;

  friend bool operator==(const url&, const url&) = default;
};

/// Reads an absolute URL.
///
/// Throws `std::invalid_argument` that begins with `what` (the name of the option the text came from)
/// and says what is wrong and what would be right: another scheme than http or https, no host, user
/// info (credentials do not belong into a URL, and are not repeated in the error), a bad port, a
/// fragment, white space, control characters or letters beyond ASCII.
[[nodiscard]] url parse_url(std::string_view text, std::string_view what = "url");

}  // namespace reroute::http
