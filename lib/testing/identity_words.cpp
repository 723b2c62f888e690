// What token services say: tokens and errors in the words and encodings of each.
#include "testing/fake_answers.hpp"
#include "testing/identity_rules.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace reroute::testing {
namespace {

namespace json = boost::json;

json::string_view view(std::string_view text) { return {text.data(), text.size()}; }

http::response answer(int status, const json::object& said) {
  http::response made;
  made.status = status;
  made.headers.add("content-type", "application/json; charset=utf-8");
  made.body = json::serialize(said);
  return made;
}

void add_number(json::object& into, std::string_view name, std::int64_t number, bool as_text) {
  if (as_text) {
    into[view(name)] = std::to_string(number);
  } else {
    into[view(name)] = number;
  }
}

}  // namespace

http::response token_answer_of(identity_service by, std::string_view token,
                               const fake_identity_options& options, std::chrono::sys_seconds now,
                               std::string_view refresh) {
  const bool text = options.numbers == number_form::text;
  const std::int64_t life = options.life.count();
  const auto end = now + options.life;
  json::object said;
  said["token_type"] = "Bearer";
  said["access_token"] = view(token);
  switch (by) {
    case identity_service::entra:
      add_number(said, "expires_in", life, text);
      add_number(said, "ext_expires_in", life, text);
      break;
    case identity_service::anthropic:
      add_number(said, "expires_in", life, text);
      said["scope"] = "user:inference";
      if (!refresh.empty()) said["refresh_token"] = view(refresh);
      break;
    case identity_service::imds:
    case identity_service::app_service:
    case identity_service::machine_learning:
      said["resource"] = "https://ai.azure.com";
      said["client_id"] = view(options.client_id);
      if (options.numbers == number_form::iso_date) {
        said["expires_on"] = rfc3339(end);
        break;
      }
      said["expires_on"] = std::to_string(end.time_since_epoch().count());
      if (by != identity_service::imds) break;
      said["expires_in"] = std::to_string(life);
      said["not_before"] = std::to_string(now.time_since_epoch().count());
      said["refresh_token"] = "";
  }
  return answer(200, said);
}

http::response identity_error(identity_service by, int status, std::string_view code,
                              std::string_view text) {
  json::object said;
  switch (by) {
    case identity_service::entra:
      said["error"] = view(code);
      said["error_description"] =
          std::string(text) +
          " Trace ID: 00000000-0000-0000-0000-00000000fake Correlation ID: "
          "00000000-0000-0000-0000-00000000fake Timestamp: 2026-01-01 00:00:00Z";
      said["error_codes"] = json::array();
      said["timestamp"] = "2026-01-01 00:00:00Z";
      said["trace_id"] = "00000000-0000-0000-0000-00000000fake";
      said["correlation_id"] = "00000000-0000-0000-0000-00000000fake";
      said["error_uri"] = "https://login.microsoftonline.com/error";
      break;
    case identity_service::anthropic:
    case identity_service::imds:
      said["error"] = view(code);
      if (!text.empty()) said["error_description"] = view(text);
      break;
    case identity_service::app_service:
    case identity_service::machine_learning:
      said["statusCode"] = status;
      said["message"] = view(text);
      said["correlationId"] = "00000000-0000-0000-0000-00000000fake";
  }
  http::response made = answer(status, said);
  if (by == identity_service::anthropic) made.headers.add("request-id", "req_fake_identity");
  return made;
}

std::optional<http::response> entra_metadata(const heard_request& request) {
  if (request.method != "GET") return std::nullopt;
  const std::string host = "https://" + std::string(request.field("host"));
  constexpr std::string_view suffix = "/v2.0/.well-known/openid-configuration";
  std::string_view path = request.target;
  path = path.substr(0, path.find('?'));
  if (path.ends_with(suffix)) {
    const std::string tenant = host + std::string(path.substr(0, path.size() - suffix.size()));
    json::object said;
    said["token_endpoint"] = tenant + "/oauth2/v2.0/token";
    said["authorization_endpoint"] = tenant + "/oauth2/v2.0/authorize";
    said["end_session_endpoint"] = tenant + "/oauth2/v2.0/logout";
    said["jwks_uri"] = tenant + "/discovery/v2.0/keys";
    said["issuer"] = tenant + "/v2.0";
    return answer(200, said);
  }
  if (path != "/common/discovery/instance") return std::nullopt;
  json::object entry, said;
  json::array names;
  names.push_back(json::string(view(request.field("host"))));
  entry["preferred_network"] = names.front();
  entry["preferred_cache"] = names.front();
  entry["aliases"] = names;
  said["tenant_discovery_endpoint"] = host + "/common/v2.0/.well-known/openid-configuration";
  said["api-version"] = "1.1";
  said["metadata"] = json::array{entry};
  return answer(200, said);
}

}  // namespace reroute::testing
