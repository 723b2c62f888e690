// Token counts.
#include <reroute/message/token_count.hpp>

#include "message/json.hpp"

namespace reroute {

std::optional<token_count> token_count::parse(std::string_view body, std::string* why) {
  std::string reason;
  if (const auto parsed = detail::parse_json(body, reason)) {
    const boost::json::object* const object = parsed->if_object();
    const auto count = object ? detail::count_at(*object, "input_tokens") : std::nullopt;
    if (count) return token_count(*count);
    reason = "it has no \"input_tokens\" number";
  }
  if (why) *why = std::move(reason);
  return std::nullopt;
}

}  // namespace reroute
