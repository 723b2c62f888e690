// The requests of Anthropic's token endpoint, as data.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/http/url.hpp>

#include <string>
#include <string_view>

namespace reroute::detail {

/// Who answers them, in errors.
constexpr std::string_view anthropic_endpoint = "Anthropic's token endpoint";

/// What a token is exchanged for. Empty members are left out.
struct federation_rule {
  http::url base;       ///< "https://api.anthropic.com"
  std::string rule_id;  ///< "fdrl_..."
  std::string organization_id;
  std::string service_account_id = {};  ///< "svac_..."
  std::string workspace_id = {};        ///< "wrkspc_...", or "default"
};

/// Exchanges an identity token. `assertion` is at most 16 KiB.
[[nodiscard]] http::request federation_exchange(const federation_rule& rule,
                                                std::string_view assertion);

/// Renews the token of an interactive login.
[[nodiscard]] http::request refresh_grant(const http::url& base, std::string_view refresh_token,
                                          std::string_view client_id);

}  // namespace reroute::detail
