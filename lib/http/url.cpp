// URLs: taken apart strictly, because what a key is sent to must be what was meant.
#include <reroute/http/url.hpp>

#include "http/decimal.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <stdexcept>
#include <utility>

namespace reroute::http {
namespace {

constexpr std::uint16_t own_port(std::string_view scheme) noexcept {
  return scheme == "http" ? 80 : 443;
}

// the address in network order, if `host` is a literal of this family
template <std::size_t Size>
bool read_address(int family, const std::string& host,
                  std::array<unsigned char, Size>& to) noexcept {
  return host.find('\0') == std::string::npos && inet_pton(family, host.c_str(), to.data()) == 1;
}

bool is_ipv4(const std::string& host) noexcept {
  std::array<unsigned char, 4> address{};
  return read_address(AF_INET, host, address);
}

bool is_ipv6(const std::string& host) noexcept {
  std::array<unsigned char, 16> address{};
  return read_address(AF_INET6, host, address);
}

// refuses with the option's name, what is wrong, and what would be right
class refusal {
 public:
  explicit refusal(std::string_view what) : what_(what) {}
  [[noreturn]] void operator()(std::string_view why) const {
    throw std::invalid_argument(std::string(what_).append(": ").append(why));
  }

 private:
  std::string_view what_;
};

void check_characters(std::string_view text, const refusal& refuse) {
  if (text.empty()) refuse("is empty; give a URL such as https://api.anthropic.com");
  for (const char c : text) {
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n') {
      refuse("has white space in it; remove it, or write %20 in a path");
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      refuse("has a control character in it; remove it");
    }
    if (static_cast<unsigned char>(c) >= 0x80) {
      refuse("has a letter beyond ASCII; write a host in punycode and a path percent-encoded");
    }
  }
}

void check_label(std::string_view label, const refusal& refuse) {
  if (label.empty()) refuse("the host has two dots in a row, or one at an end; remove it");
  if (label.size() > 63) refuse("a part of the host is longer than 63 characters; check the name");
  for (const char c : label) {
    if (!is_digit(c) && (lower(c) < 'a' || lower(c) > 'z') && c != '-' && c != '_') {
      refuse("the host may have letters, digits, '-', '_' and '.' only; check the name");
    }
  }
}

void check_name(const std::string& host, const refusal& refuse) {
  if (host.size() > 253) refuse("the host is longer than 253 characters; check the name");
  std::string_view rest = host;
  std::string_view label;
  for (bool more = true; more;) {
    const auto dot = rest.find('.');
    label = rest.substr(0, dot);
    check_label(label, refuse);
    more = dot != std::string_view::npos;
    if (more) rest.remove_prefix(dot + 1);
  }
  // "127.1" and "010.0.0.1" mean different addresses to different readers
  if (std::all_of(label.begin(), label.end(), is_digit) && !is_ipv4(host)) {
    refuse("the host is no IPv4 address; write four numbers from 0 to 255, as in 127.0.0.1");
  }
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string parse_scheme(std::string_view& rest, const refusal& refuse) {
  const auto end = rest.find("://");
  if (end == std::string_view::npos) refuse("has no scheme; begin it with https://");
  const std::string scheme = lower_case(rest.substr(0, end));
  if (scheme != "https" && scheme != "http") {
    refuse("has another scheme than https or http; begin it with https://");
  }
  rest.remove_prefix(end + 3);
  return scheme;
}

// takes the host off the front of an authority; what is left is empty or begins with ':'
std::string parse_host(std::string_view& authority, const refusal& refuse) {
  if (authority.find('@') != std::string_view::npos) {
    refuse("has user info (before an '@'); remove it and give the credential as an option");
  }
  if (!authority.empty() && authority.front() == '[') {
    const auto end = authority.find(']');
    std::string host =
        lower_case(authority.substr(1, end == std::string_view::npos ? end : end - 1));
    if (end == std::string_view::npos || !is_ipv6(host)) {
      refuse("has a bad IPv6 address; write one in brackets and without a zone, as in [::1]");
    }
    authority.remove_prefix(end + 1);
    if (!authority.empty() && authority.front() != ':') {
      refuse("has text after the IPv6 address; write the port after a ':', as in [::1]:8443");
    }
    return host;
  }
  if (authority.find(':') != authority.rfind(':')) {
    refuse("has more than one ':' in its host; put an IPv6 address in brackets, as in [::1]");
  }
  const auto end = std::min(authority.find(':'), authority.size());
  std::string host = lower_case(authority.substr(0, end));
  if (host.empty()) refuse("has no host; write it as in https://api.anthropic.com");
  check_name(host, refuse);
  authority.remove_prefix(end);
  return host;
}

std::uint16_t parse_port(std::string_view text, const refusal& refuse) {
  const auto port = parse_integer(text);
  if (!port || *port < 1 || *port > 65535) {
    refuse("has a bad port; write a number from 1 to 65535 after the ':', or no ':'");
  }
  return static_cast<std::uint16_t>(*port);
}

}  // namespace

bool url::loopback() const noexcept {
  if (host == "localhost") return true;
  std::array<unsigned char, 4> v4{};
  if (read_address(AF_INET, host, v4)) return v4[0] == 127;
  std::array<unsigned char, 16> v6{};
  if (!read_address(AF_INET6, host, v6)) return false;
  return v6.back() == 1 &&
         std::all_of(v6.begin(), v6.end() - 1, [](auto byte) { return byte == 0; });
}

std::string url::authority() const {
  std::string out = host.find(':') == std::string::npos ? host : "[" + host + "]";
  if (port != own_port(scheme)) out.append(":").append(std::to_string(port));
  return out;
}

std::string url::text() const { return scheme + "://" + authority() + target; }

url url::join(std::string_view path) const {
  if (path.empty()) return *this;
  const auto split = [](std::string_view whole) {
    const auto at = std::min(whole.find('?'), whole.size());
    return std::pair(whole.substr(0, at), whole.substr(at));
  };
  auto [own_path, own_query] = split(target);
  auto [more_path, more_query] = split(path);
  while (!own_path.empty() && own_path.back() == '/')
    own_path.remove_suffix(1);
  while (!more_path.empty() && more_path.front() == '/')
    more_path.remove_prefix(1);
  url out = *this;
  out.target = std::string(own_path).append("/").append(more_path).append(more_query);
  if (more_query.empty()) {
    out.target.append(own_query);
  } else if (own_query.size() > 1) {
    out.target.append("&").append(own_query.substr(1));
  }
  return out;
}

url parse_url(std::string_view text, std::string_view what) {
  const refusal refuse(what);
  check_characters(text, refuse);
  url out;
  std::string_view rest = text;
  out.scheme = parse_scheme(rest, refuse);
  const auto end = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, end);
  rest.remove_prefix(end);
  out.host = parse_host(authority, refuse);
  out.port = authority.empty() ? own_port(out.scheme) : parse_port(authority.substr(1), refuse);
  if (rest.find('#') != std::string_view::npos) {
    refuse("has a fragment ('#'); remove it, it is never sent");
  }
  out.target = rest.empty() || rest.front() != '/' ? "/" + std::string(rest) : std::string(rest);
  return out;
}

}  // namespace reroute::http
