// Writing requests of the Messages API.
#include "route/messages_writer.hpp"

#include "route/secret.hpp"
#include "route/version.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace reroute::detail {
namespace {

struct reserved_header {
  std::string_view name;
  std::string_view cure;
};

constexpr std::string_view own_credential = "set the route's api_key or credential instead";
constexpr std::string_view own_transport = "the transport sets it; leave it out";
constexpr std::string_view own_content = "the route sets it; leave it out";

// a second field of these names would contradict the first, or smuggle in another request
constexpr std::array<reserved_header, 20> reserved = {{
    {"x-api-key", own_credential},
    {"api-key", own_credential},
    {"authorization", own_credential},
    {"proxy-authorization", own_transport},
    {"anthropic-version", "set the route's version instead"},
    {"anthropic-beta", "set the route's betas instead"},
    {"content-type", own_content},
    {"content-encoding", own_content},
    {"accept", own_content},
    {"user-agent", own_content},
    {"accept-encoding", own_transport},
    {"host", own_transport},
    {"content-length", own_transport},
    {"transfer-encoding", own_transport},
    {"connection", own_transport},
    {"keep-alive", own_transport},
    {"te", own_transport},
    {"trailer", own_transport},
    {"upgrade", own_transport},
    {"expect", own_transport},
}};

constexpr std::string_view oauth_prefix = "sk-ant-oat";
constexpr std::string_view oauth_beta = "oauth-2025-04-20";

// adds the names of a comma-separated list that are not there yet
void add_betas(std::string& all, std::string_view more) {
  while (!more.empty()) {
    const std::size_t comma = std::min(more.find(','), more.size());
    std::string_view name = more.substr(0, comma);
    more.remove_prefix(std::min(comma + 1, more.size()));
    while (name.starts_with(' '))
      name.remove_prefix(1);
    while (name.ends_with(' '))
      name.remove_suffix(1);
    const std::string fenced = "," + all + ",";
    if (name.empty() || fenced.find("," + std::string(name) + ",") != std::string::npos) continue;
    if (!all.empty()) all += ',';
    all += name;
  }
}

// an endpoint with what is the same for every request worked out
class writer {
 public:
  explicit writer(messages_endpoint endpoint)
      : endpoint_(std::move(endpoint)),
        messages_(endpoint_.base.join("/v1/messages")),
        count_tokens_(endpoint_.base.join("/v1/messages/count_tokens")) {
    for (const std::string& each : endpoint_.betas)
      add_betas(betas_, each);
  }

  [[nodiscard]] http::request write(const write_context& context) const {
    const bool oauth =
        endpoint_.oauth_tokens && (context.credential_kind == credential::kind::oauth ||
                                   context.secret.starts_with(oauth_prefix));
    http::request out;
    out.method = "POST";
    out.url = context.op == operation::count_tokens ? count_tokens_ : messages_;
    out.headers.add("content-type", "application/json");
    out.headers.add("accept", "application/json");
    out.headers.add("anthropic-version", endpoint_.version);
    std::string betas = betas_;
    for (const std::string& each : context.request.betas())
      add_betas(betas, each);
    if (oauth) add_betas(betas, oauth_beta);
    if (!betas.empty()) out.headers.add("anthropic-beta", betas);
    if (context.credential_kind == credential::kind::bearer ||
        context.credential_kind == credential::kind::oauth ||
        (context.credential_kind == credential::kind::key && oauth)) {
      std::string value;
      const wiped_at_end sent(value);
      value.reserve(7 + context.secret.size());
      value.append("Bearer ").append(context.secret);
      out.headers.add_secret("authorization", value);
    } else if (context.credential_kind == credential::kind::key) {
      out.headers.add_secret(endpoint_.key_header, context.secret);
    }
    out.headers.add("user-agent", user_agent);
    for (const http::headers::field each : endpoint_.extra_headers)
      out.headers.add(each.name, each.value);
    if (endpoint_.gzip_above > 0 && context.request.size() > endpoint_.gzip_above) {
      out.headers.add("content-encoding", "gzip");
      out.body = context.request.gzip_body_for(context.model);
    } else {
      out.body = context.request.body_for(context.model);
    }
    return out;
  }

 private:
  messages_endpoint endpoint_;
  http::url messages_;
  http::url count_tokens_;
  std::string betas_;
};

void check(const messages_endpoint& endpoint) {
  const auto refuse = [&](std::string_view field, std::string_view cure) {
    throw std::invalid_argument(endpoint.what + "." + std::string(field) + " " + std::string(cure));
  };
  if (!http::is_token(endpoint.version)) refuse("version", "must be a date such as 2023-06-01");
  for (const std::string& beta : endpoint.betas)
    if (!http::is_token(beta))
      refuse("betas", "must hold one name in each entry, such as oauth-2025-04-20");
  http::headers key;
  key.add(endpoint.key_header, "");
  for (const reserved_header& each : reserved) {
    const bool may_hold_key = each.name == "x-api-key" || each.name == "api-key";
    if (!may_hold_key && key.contains(each.name))
      refuse("key_header", "must not be " + std::string(each.name) + ": it means something else");
    if (endpoint.extra_headers.contains(each.name))
      refuse("extra_headers",
             "must not hold " + std::string(each.name) + ": " + std::string(each.cure));
  }
  if (endpoint.extra_headers.contains(endpoint.key_header))
    refuse("extra_headers",
           "must not hold " + endpoint.key_header + ": " + std::string(own_credential));
}

}  // namespace

request_writer messages_writer(messages_endpoint endpoint) {
  check(endpoint);
  const auto shared = std::make_shared<const writer>(std::move(endpoint));
  return [shared](const write_context& context) { return shared->write(context); };
}

}  // namespace reroute::detail
