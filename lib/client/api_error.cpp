// The exception of `create`.
#include <reroute/client/api_error.hpp>

namespace reroute {

api_error::api_error(std::error_code code, reroute::outcome result)
    : std::system_error(code, to_string(result.error)),
      result_(std::make_shared<const reroute::outcome>(std::move(result))) {}

}  // namespace reroute
