// The route to Anthropic direct.
#include <reroute/route/anthropic.hpp>

#include "route/messages_writer.hpp"

#include <utility>

namespace reroute {

route anthropic(anthropic_options options) {
  const std::string what = "anthropic_options";
  route made;
  made.credential =
      detail::choose_credential(what, std::move(options.api_key), std::move(options.credential));
  made.write = detail::messages_writer(
      {what, detail::checked_base(what, options.base_url, options.allow_plain_http),
       std::move(options.version), std::move(options.betas), std::move(options.extra_headers)});
  made.resolve =
      anthropic_resolver({options.name, options.failover_on_auth, options.failover_on_not_found});
  made.name = std::move(options.name);
  made.models = std::move(options.models);
  made.transport = std::move(options.transport);
  return made;
}

}  // namespace reroute
