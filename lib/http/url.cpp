// URLs: read once, with errors that say what would be right.
#include <reroute/http/url.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace reroute::http {
namespace {

[[noreturn]] void refuse(std::string_view what, const std::string& why) {
  throw std::invalid_argument(std::string(what) + " " + why);
}

bool is_host_char(char c) {
  const char l = detail::lower(c);
  return (l >= 'a' && l <= 'z') || detail::is_digit(c) || c == '-' || c == '.' || c == '_';
}

bool is_ipv6_char(char c) {
  const char l = detail::lower(c);
  return (l >= 'a' && l <= 'f') || detail::is_digit(c) || c == ':' || c == '.';
}

// takes the host off the front of `rest`
std::string take_host(std::string_view& rest, std::string_view what) {
  std::string host;
  if (!rest.empty() && rest.front() == '[') {
    const std::size_t end = rest.find(']');
    if (end == std::string_view::npos)
      refuse(what, "has a \"[\" without \"]\" around its IPv6 address");
    host = rest.substr(1, end - 1);
    if (host.find(':') == std::string::npos || !std::all_of(host.begin(), host.end(), is_ipv6_char))
      refuse(what, "has no IPv6 address between its brackets");
    rest.remove_prefix(end + 1);
  } else {
    const auto end = std::find_if_not(rest.begin(), rest.end(), is_host_char);
    host.assign(rest.begin(), end);
    rest.remove_prefix(host.size());
  }
  if (host.empty() || host.size() > 255) refuse(what, "has no host; write https://host/path");
  std::transform(host.begin(), host.end(), host.begin(), detail::lower);
  return host;
}

}  // namespace

bool url::loopback() const noexcept {
  if (host == "localhost" || host == "::1") return true;
  // 127. and nothing but an IPv4 literal behind it: "127.evil.example" is somebody's name
  return host.starts_with("127.") && std::all_of(host.begin(), host.end(), [](char c) {
           return detail::is_digit(c) || c == '.';
         });
}

std::string url::authority() const {
  std::string text = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != (secure() ? 443 : 80)) text += ":" + std::to_string(port);
  return text;
}

std::string url::text() const { return scheme + "://" + authority() + target; }

url url::join(std::string_view path) const {
  url joined = *this;
  const std::size_t query = target.find('?');
  std::string before = target.substr(0, query);
  while (!before.empty() && before.back() == '/')
    before.pop_back();
  joined.target = before + std::string(path);
  if (query != std::string::npos) joined.target += target.substr(query);
  return joined;
}

url parse_url(std::string_view text, std::string_view what) {
  url result;
  if (text.empty()) refuse(what, "is empty; write https://host/path");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; }))
    refuse(what,
           "holds white space, a control character or a letter outside ASCII; encode it as %XX");
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) refuse(what, "has no scheme; write https://host/path");
  result.scheme = text.substr(0, colon);
  std::transform(result.scheme.begin(), result.scheme.end(), result.scheme.begin(), detail::lower);
  if (result.scheme != "https" && result.scheme != "http")
    refuse(what, "has another scheme than https (or http, where that is allowed)");
  std::string_view rest = text.substr(colon + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos)
    refuse(what, "holds a user name or password; give the credential in its own option instead");

  result.host = take_host(rest, what);
  result.port = result.secure() ? 443 : 80;
  if (!rest.empty() && rest.front() == ':') {
    rest.remove_prefix(1);
    const std::string_view digits = rest.substr(0, rest.find_first_of("/?#"));
    const auto number = detail::parse_count(digits);
    if (!number || *number < 1 || *number > 65535) refuse(what, "has a port outside 1 to 65535");
    result.port = static_cast<std::uint16_t>(*number);
    rest.remove_prefix(digits.size());
  }
  if (rest.find('#') != std::string_view::npos) refuse(what, "has a fragment (#...); remove it");
  if (!rest.empty() && rest.front() != '/' && rest.front() != '?')
    refuse(what, "has a character in its host that no host may have");
  result.target = rest;
  if (rest.empty() || rest.front() == '?') result.target.insert(0, "/");
  return result;
}

}  // namespace reroute::http
