// The route to Anthropic direct.
#include <reroute/route/anthropic.hpp>

#include "route/messages_writer.hpp"
#include "route/options.hpp"

#include <string_view>
#include <utility>

namespace reroute {

route anthropic(anthropic_options options) {
  constexpr std::string_view what = "anthropic_options";
  detail::check_name(what, options.name);
  route made;
  made.credential =
      detail::choose_credential(what, std::move(options.api_key), std::move(options.credential));
  http::url base = detail::checked_base(what, options.base_url, options.allow_plain_http);
  made.plain_http = !base.secure();
  made.write = detail::messages_writer({.what = std::string(what),
                                        .base = std::move(base),
                                        .key_header = "x-api-key",
                                        .version = std::move(options.version),
                                        .betas = std::move(options.betas),
                                        .extra_headers = std::move(options.extra_headers),
                                        .oauth_tokens = true,
                                        .gzip_above = options.gzip_requests_above});
  made.resolve =
      anthropic_resolver({options.name, options.failover_on_auth, options.failover_on_not_found});
  made.name = std::move(options.name);
  made.models = std::move(options.models);
  made.transport = std::move(options.transport);
  made.limits = options.limits;
  return made;
}

}  // namespace reroute
