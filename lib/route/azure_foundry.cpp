// The route to Claude in Microsoft Foundry.
#include <reroute/route/azure_foundry.hpp>

#include "route/messages_writer.hpp"
#include "route/options.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace reroute {
namespace {

constexpr std::string_view what = "azure_foundry_options";
constexpr std::string_view api_path = "/anthropic";

// hosts of Azure itself, where Claude lies under /anthropic and nowhere else
constexpr std::array<std::string_view, 3> azure_hosts = {
    ".services.ai.azure.com", ".openai.azure.com", ".cognitiveservices.azure.com"};

[[noreturn]] void refuse(std::string_view problem) {
  throw std::invalid_argument(std::string(what).append(problem));
}

// the name becomes a part of a host
bool is_resource_name(std::string_view name) {
  return name.size() <= 63 && !name.starts_with('-') && !name.ends_with('-') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

http::url base_of(const azure_foundry_options& options) {
  if (options.resource.empty() && options.base_url.empty())
    refuse(".resource is empty; set it to the Foundry resource's name, or set base_url");
  if (!options.resource.empty() && !options.base_url.empty())
    refuse(" has both resource and base_url; set one of them");
  if (!options.resource.empty()) {
    if (!is_resource_name(options.resource))
      refuse(
          ".resource must be the resource's name alone (letters, digits, hyphens), as in "
          "\"contoso\"; a whole URL belongs into base_url");
    return http::parse_url("https://" + options.resource + ".services.ai.azure.com/anthropic");
  }
  http::url base = detail::checked_base(what, options.base_url, options.allow_plain_http);
  if (options.base_url_is_complete) return base;
  const std::string_view path = detail::path_of(base);
  const bool azure = std::any_of(azure_hosts.begin(), azure_hosts.end(),
                                 [&](std::string_view end) { return base.host.ends_with(end); });
  // what Azure's portal shows as the endpoint of a project is not where Claude is
  if (azure && !path.empty() && path != api_path)
    refuse(
        ".base_url has a path that Azure does not serve Claude under; end it after the host or "
        "after \"/anthropic\", or set base_url_is_complete");
  return path.empty() ? base.join(api_path) : base;
}

}  // namespace

route azure_foundry(azure_foundry_options options) {
  detail::check_name(what, options.name);
  if (!http::is_token(options.key_header))
    refuse(".key_header must be the name of a header, such as x-api-key or api-key");
  route made;
  made.credential =
      detail::choose_credential(what, std::move(options.api_key), std::move(options.credential));
  http::url base = base_of(options);
  made.plain_http = !base.secure();
  made.write = detail::messages_writer({.what = std::string(what),
                                        .base = std::move(base),
                                        .key_header = std::move(options.key_header),
                                        .version = std::move(options.version),
                                        .betas = std::move(options.betas),
                                        .extra_headers = std::move(options.extra_headers),
                                        .gzip_above = options.gzip_requests_above});
  made.resolve = azure_foundry_resolver(
      {options.name, options.failover_on_auth, options.failover_on_missing_deployment});
  made.name = std::move(options.name);
  made.models = std::move(options.models);
  made.transport = std::move(options.transport);
  made.limits = options.limits;
  return made;
}

}  // namespace reroute
