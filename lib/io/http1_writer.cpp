// The head of an HTTP/1.1 request, checked once more and written. Pure.
#include "io/http1_writer.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/headers.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace reroute::detail {
namespace {

// fields that say where a message ends or what the connection does: the transport's own
constexpr std::array<std::string_view, 10> own_fields{
    "host",       "content-length", "transfer-encoding", "connection",
    "keep-alive", "upgrade",        "proxy-connection",  "te",
    "trailer",    "expect"};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_name(std::string_view a, std::string_view b) noexcept {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

bool is_own(std::string_view name) noexcept {
  return std::any_of(own_fields.begin(), own_fields.end(),
                     [name](std::string_view own) { return same_name(own, name); });
}

bool is_visible(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

transport_error refuse(std::string detail) {
  return {make_error_code(errc::rejected), false, std::move(detail)};
}

void add_number(std::string& to, std::size_t value) {
  std::array<char, 20> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  to.append(digits.data(), end);
}

bool needs_length(const http::request& request) noexcept {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

transport_error check_line(const http::request& request) {
  if (!http::is_token(request.method)) return refuse("the method is not a token");
  // the answer to HEAD or CONNECT is framed by other rules, which nobody here needs
  if (request.method == "HEAD" || request.method == "CONNECT") {
    return refuse("the methods HEAD and CONNECT are not supported");
  }
  const auto& url = request.url;
  if (url.host.empty() || !is_visible(url.host)) return refuse("the host is not usable");
  if (url.host.find_first_of("/?#@\\") != std::string::npos)
    return refuse("the host is not usable");
  if (!url.target.starts_with('/') || !is_visible(url.target)) {
    return refuse("the request target holds characters that no URL may hold");
  }
  return {};
}

void add_authority(std::string& head, const http::url& url) {
  const bool literal = url.host.find(':') != std::string::npos;
  if (literal) head += '[';
  head += url.host;
  if (literal) head += ']';
  if (url.port == (url.secure() ? 443 : 80)) return;
  head += ':';
  add_number(head, url.port);
}

}  // namespace

transport_error write_http1_head(const http::request& request, std::string& head) {
  head.clear();
  if (auto error = check_line(request)) return error;
  head.append(request.method).append(" ").append(request.url.target);
  head.append(" HTTP/1.1\r\nHost: ");
  add_authority(head, request.url);
  head += "\r\n";
  for (const auto [name, value] : request.headers) {
    if (!http::is_token(name)) return refuse("a header field's name is not a token");
    if (is_own(name)) {
      return refuse("the header field " + std::string(name) + " is set by the transport itself");
    }
    if (!http::is_field_value(value)) {
      return refuse("the header field " + std::string(name) + " holds a control character");
    }
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (needs_length(request)) {
    head += "Content-Length: ";
    add_number(head, request.body.size());
    head += "\r\n";
  }
  head += "\r\n";
  return {};
}

}  // namespace reroute::detail
