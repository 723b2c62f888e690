// Where the managed identity of this machine is asked for: which service, and the requests to it.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/http/url.hpp>
#include <reroute/route/environment_lookup.hpp>

#include "route/identity/secret_text.hpp"

#include <string>
#include <string_view>

namespace reroute::detail {

/// Which identity, if not the system's own. At most one is set.
struct user_assigned {
  std::string client_id = {};
  std::string object_id = {};
  std::string resource_id = {};
};

/// The service that hands out tokens here.
struct identity_place {
  enum class kind : unsigned char { imds, app_service, machine_learning, arc };
  kind service = kind::imds;
  http::url url;                       ///< to which the query is appended
  secret_text header = {};             ///< the secret that proves where we run; may be empty
  std::string default_client_id = {};  ///< Azure ML's, where no other is asked for

  [[nodiscard]] std::string_view name() const noexcept;
};

/// Reads the variables in Microsoft's order: Service Fabric, App Service and Container Apps, Azure ML,
/// Cloud Shell, Arc, else IMDS. `arc_agent` says that Arc's agent is installed here.
///
/// Throws `token_error` for a place that is not supported (Service Fabric, Cloud Shell), and for a URL that
/// cannot be read or would carry a token in the clear to where `is_local_host` does not hold.
[[nodiscard]] identity_place find_identity_place(const environment_lookup& env, bool arc_agent);

/// The request for a token. Throws `token_error` where the place knows no such kind of identity.
[[nodiscard]] http::request identity_request(const identity_place& at, std::string_view scope,
                                             const user_assigned& who);

/// Asks IMDS for nothing: who answers at all is there.
[[nodiscard]] http::request imds_probe(const identity_place& at);

/// True for a host that is this machine, or an address of 169.254.0.0/16, which no router forwards: IMDS is
/// there, and App Service's endpoint on Linux. A private network (10.0.0.0/8 and the like) is a network: whoever
/// is on it hears what goes by.
[[nodiscard]] bool is_local_host(const http::url& url);

}  // namespace reroute::detail
