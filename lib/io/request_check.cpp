// What every request must be before it goes on a wire.
#include "io/request_check.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/headers.hpp>

#include "http/text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace reroute::detail {
namespace {

// fields that say where a message ends or what the connection does: the transport's own
constexpr std::array<std::string_view, 10> own_fields{
    "host",       "content-length", "transfer-encoding", "connection",
    "keep-alive", "upgrade",        "proxy-connection",  "te",
    "trailer",    "expect"};

bool is_own(std::string_view name) noexcept {
  return std::any_of(own_fields.begin(), own_fields.end(),
                     [name](std::string_view own) { return http::same_text(own, name); });
}

bool is_visible(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

transport_error refuse(std::string detail) {
  return {make_error_code(errc::rejected), false, std::move(detail)};
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

}  // namespace

transport_error check_request(const http::request& request) {
  if (auto error = check_line(request)) return error;
  for (const http::headers::field each : request.headers) {
    // names and values themselves were checked when they were added
    if (is_own(each.name))
      return refuse("the header field " + std::string(each.name) +
                    " is set by the transport itself");
  }
  return {};
}

std::string authority_of(const http::url& url) {
  const bool literal = url.host.find(':') != std::string::npos;
  std::string text = literal ? '[' + url.host + ']' : url.host;
  if (url.port != (url.secure() ? 443 : 80)) text.append(":").append(std::to_string(url.port));
  return text;
}

bool needs_length(const http::request& request) noexcept {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

}  // namespace reroute::detail
