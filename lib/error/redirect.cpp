// What is told of a redirect, which is not followed.
#include "error/redirect.hpp"

#include "error/text.hpp"
#include "http/location.hpp"

#include <optional>
#include <string_view>

namespace reroute::detail {

std::string describe_redirect(int status, const http::headers& fields) {
  if (status != 301 && status != 302 && status != 303 && status != 307 && status != 308) return {};
  const std::optional<std::string_view> location = fields.find("location");
  const std::string where = location ? http::shown_location(*location) : std::string();
  return one_line(
      (where.empty() ? "a redirect that does not say where to" : "a redirect to " + where) +
      ", which is not followed: credential and prompt are meant for this host alone; if it is the "
      "right place, make it the route's base_url");
}

}  // namespace reroute::detail
