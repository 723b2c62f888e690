// The proxy of a transport: its address, its credential, and who goes through it.
#include "io/proxy_rules.hpp"

#include <reroute/http/url.hpp>

#include "http/host_port.hpp"
#include "http/text.hpp"
#include "io/no_proxy.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <stdexcept>

namespace reroute::detail {
namespace {

constexpr std::string_view option = "https_options::proxy.url";

// never repeats what was given: a password may stand anywhere in it
[[noreturn]] void refuse(std::string_view why) {
  throw std::invalid_argument(std::string(option).append(": ").append(why));
}

int hex(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string decoded(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      plain += text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex(text[i + 1]) : -1;
    const int low = high < 0 ? -1 : hex(text[i + 2]);
    if (low < 0)
      refuse("a % in user or password is not followed by two hex digits; write %25 for %");
    plain += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return plain;
}

std::string base64(const std::string& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                                   reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

std::string basic(std::string_view user_info) {
  const auto colon = std::min(user_info.find(':'), user_info.size());
  const std::string user = decoded(user_info.substr(0, colon));
  if (user.find(':') != std::string::npos) refuse("a user's name cannot hold a colon");
  const auto password = user_info.substr(std::min(colon + 1, user_info.size()));
  return "Basic " + base64(user + ':' + decoded(password));
}

proxy read_proxy(std::string_view text) {
  constexpr std::string_view http = "http://";
  constexpr auto npos = std::string_view::npos;
  const auto scheme_end = text.find("://");
  if (scheme_end != npos && http::begins_with(text, "socks")) {
    refuse(
        "its scheme is that of a SOCKS proxy, and only HTTP proxies are spoken to; give one as "
        "http://host:port, or no proxy");
  }
  std::string_view rest = scheme_end == npos ? text : text.substr(scheme_end + 3);
  const auto at = rest.substr(0, rest.find_first_of("/?#")).rfind('@');
  proxy made;
  if (at != npos) {
    made.authorization = basic(rest.substr(0, at));
    rest.remove_prefix(at + 1);
  }
  // a password with a / or a # in it: nothing of it may show in an error
  if (rest.find('@') != npos)
    refuse("write %2F, %3F, %23 and %40 for / ? # @ in user and password");
  std::string plain(scheme_end == npos ? http : text.substr(0, scheme_end + 3));
  const http::url url = http::parse_url(plain.append(rest), option);
  if (url.target != "/") refuse("a proxy has no path; write http://host:port");
  made.secure = url.secure();
  made.host = url.host;
  made.port = url.port;
  made.name = http::host_and_port(url.host, url.port);
  return made;
}

}  // namespace

proxy_rules::proxy_rules(const proxy_settings& settings) : no_proxy_(settings.no_proxy) {
  if (!settings.url.empty()) proxy_ = read_proxy(settings.url);
}

const proxy* proxy_rules::find(bool secure, std::string_view host, std::uint16_t port) const {
  if (!proxy_ || !secure || goes_direct(no_proxy_, host, port)) return nullptr;
  return &*proxy_;
}

}  // namespace reroute::detail
