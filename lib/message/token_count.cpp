// Token counts.
#include <reroute/message/token_count.hpp>

#include "message/json.hpp"

#include <exception>
#include <ostream>

namespace reroute {

namespace {

std::optional<std::int64_t> read(std::string_view body, std::string& why) {
  const auto parsed = detail::parse_json(body, why);
  if (!parsed) return std::nullopt;
  const boost::json::object* const object = parsed->if_object();
  const auto count = object ? detail::count_at(*object, "input_tokens") : std::nullopt;
  if (!count) why = "it has no \"input_tokens\" with a whole number";
  return count;
}

}  // namespace

std::optional<token_count> token_count::parse(std::string_view body, std::string* why) noexcept {
  try {
    std::string reason;
    if (const auto count = read(body, reason)) return token_count(*count);
    if (why) *why = std::move(reason);
  } catch (const std::exception&) {
    // no memory: the shortest reason needs none
    if (why) *why = "no memory";
  }
  return std::nullopt;
}

std::ostream& operator<<(std::ostream& out, const token_count& value) {
  return out << value.input_tokens << " input tokens";
}

}  // namespace reroute
