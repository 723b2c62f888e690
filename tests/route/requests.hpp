// What a route writes, as text: a whole request can be compared at a glance.
#pragma once

#include <reroute/route/route.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// A request by hand, since tests of this floor need no typed one.
inline encoded_request question(std::vector<std::string> betas = {}) {
  return encoded_request("claude-opus-4-8", R"("max_tokens":1,"messages":[])", std::move(betas));
}

/// "POST url", the headers in their order, an empty line and the body; a line each.
inline std::string text_of(const http::request& request) {
  std::string text = request.method + " " + request.url.text() + "\n";
  for (const http::headers::field each : request.headers)
    text += std::string(each.name) + ": " + std::string(each.value) + "\n";
  return text + "\n" + request.body.text();
}

/// What `on` writes, with its static credential or `secret`.
inline std::string written(const route& on, const encoded_request& asked,
                           operation op = operation::create, std::string_view secret = {}) {
  const write_context context{
      op, asked, on.models.on_route(asked.model()), on.credential.type(),
      secret.empty() ? std::string_view(on.credential.token().secret()) : secret};
  return text_of(on.write(context));
}

inline constexpr std::string_view own_agent = "reroute/" REROUTE_VERSION;

}  // namespace reroute
