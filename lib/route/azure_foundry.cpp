// The route to Claude in Microsoft Foundry.
#include <reroute/route/azure_foundry.hpp>

#include "route/messages_writer.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace reroute {
namespace {

const std::string what = "azure_foundry_options";

bool is_resource_name(const std::string& name) {
  return name.size() <= 64 && name.front() != '-' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-';
         });
}

http::url base_of(const azure_foundry_options& options) {
  if (options.resource.empty() == options.base_url.empty())
    throw std::invalid_argument(what + (options.resource.empty()
                                            ? ".resource is empty; set it, or base_url instead"
                                            : " has both resource and base_url; give one of them"));
  if (!options.resource.empty()) {
    if (!is_resource_name(options.resource))
      throw std::invalid_argument(
          what + ".resource must be the resource's name (letters, digits, hyphens), not a URL");
    return http::parse_url("https://" + options.resource + ".services.ai.azure.com/anthropic");
  }
  http::url base = detail::checked_base(what, options.base_url, options.allow_plain_http);
  while (base.target.size() > 1 && base.target.back() == '/')
    base.target.pop_back();
  // the official tools disagree whether the base has the path: take both (FACTS 3.1)
  if (!options.base_url_is_complete && !base.target.ends_with("/anthropic"))
    base = base.join("/anthropic");
  return base;
}

}  // namespace

route azure_foundry(azure_foundry_options options) {
  route made;
  made.credential =
      detail::choose_credential(what, std::move(options.api_key), std::move(options.credential));
  made.write =
      detail::messages_writer({what, base_of(options), std::move(options.version),
                               std::move(options.betas), std::move(options.extra_headers)});
  made.resolve = azure_foundry_resolver(
      {options.name, options.failover_on_auth, options.failover_on_missing_deployment});
  made.name = std::move(options.name);
  made.models = std::move(options.models);
  made.transport = std::move(options.transport);
  return made;
}

}  // namespace reroute
