// Whom the proxy is not for: the rules of NO_PROXY. Pure.
#include "io/no_proxy.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <asio/ip/address.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace reroute::detail {
namespace {

std::string lower(std::string_view text) {
  std::string small(text);
  for (char& c : small) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return small;
}

std::string_view without_final_dot(std::string_view name) {
  if (name.size() > 1 && name.ends_with('.')) name.remove_suffix(1);
  return name;
}

template <class Number>
std::optional<Number> number(std::string_view text) {
  Number value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc() || at != end) return std::nullopt;
  return value;
}

// the address's bytes, in network order; an IPv4 address in IPv6 clothes is one of IPv4
std::vector<unsigned char> address(std::string_view text) {
  loop_error_code no_address;
  const auto found = asio::ip::make_address(std::string(text), no_address);
  if (no_address) return {};
  const auto bytes_of = [](const auto& from) {
    const auto bytes = from.to_bytes();
    return std::vector<unsigned char>(bytes.begin(), bytes.end());
  };
  if (found.is_v4()) return bytes_of(found.to_v4());
  auto bytes = bytes_of(found.to_v6());
  if (found.to_v6().is_v4_mapped()) bytes.erase(bytes.begin(), bytes.begin() + 12);
  return bytes;
}

bool in_network(std::string_view network, std::string_view host) {
  const auto slash = network.find('/');
  const auto base = address(network.substr(0, slash));
  const auto bits = number<unsigned>(network.substr(slash + 1));
  const auto there = address(host);
  if (base.empty() || there.size() != base.size() || !bits || *bits > base.size() * 8) return false;
  for (std::size_t i = 0; i < base.size(); ++i) {
    const unsigned left = *bits > i * 8 ? *bits - static_cast<unsigned>(i) * 8 : 0;
    const unsigned mask = left >= 8 ? 0xffu : (0xff00u >> left) & 0xffu;
    if (((base[i] ^ there[i]) & mask) != 0) return false;
  }
  return true;
}

// takes ":port" off; false if what stands behind the colon is no port, or another one
bool take_port(std::string_view& entry, std::uint16_t port) {
  if (!address(entry).empty()) return true;
  const auto bracket = entry.starts_with('[') ? entry.find(']') : std::string_view::npos;
  const auto colon = entry.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    if (number<std::uint16_t>(entry.substr(colon + 1)) != port) return false;
    entry = entry.substr(0, colon);
  }
  if (bracket != std::string_view::npos && entry.ends_with(']'))
    entry = entry.substr(1, bracket - 1);
  return true;
}

bool covers(std::string_view entry, std::string_view host, std::uint16_t port) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string_view::npos) return in_network(entry, host);
  if (!take_port(entry, port)) return false;
  if (entry.starts_with("*.")) entry.remove_prefix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  entry = without_final_dot(entry);
  if (entry.empty()) return false;
  if (entry == host) return true;
  if (const auto there = address(host); !there.empty()) return there == address(entry);
  return host.size() > entry.size() && host.ends_with(entry) &&
         host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

bool goes_direct(std::string_view no_proxy, std::string_view host, std::uint16_t port) {
  constexpr std::string_view between = ", \t\r\n";
  host = without_final_dot(host);
  for (auto at = no_proxy.find_first_not_of(between); at != std::string_view::npos;
       at = no_proxy.find_first_not_of(between, at)) {
    const auto end = std::min(no_proxy.find_first_of(between, at), no_proxy.size());
    if (covers(lower(no_proxy.substr(at, end - at)), host, port)) return true;
    at = end;
  }
  return false;
}

}  // namespace reroute::detail
