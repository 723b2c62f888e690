// Stop reasons and their names on the wire.
#include <reroute/message/message.hpp>

#include "message/json.hpp"
#include "message/reading.hpp"

#include <array>
#include <ostream>
#include <utility>

namespace reroute {

namespace {

constexpr std::array<std::pair<std::string_view, stop_reason>, 7> reasons = {
    {{"end_turn", stop_reason::end_turn},
     {"max_tokens", stop_reason::max_tokens},
     {"stop_sequence", stop_reason::stop_sequence},
     {"tool_use", stop_reason::tool_use},
     {"pause_turn", stop_reason::pause_turn},
     {"refusal", stop_reason::refusal},
     {"model_context_window_exceeded", stop_reason::model_context_window_exceeded}}};

}  // namespace

std::string_view to_string(stop_reason value) noexcept {
  for (const auto& [name, each] : reasons)
    if (each == value) return name;
  return value == stop_reason::none ? "none" : "other";
}

std::ostream& operator<<(std::ostream& out, stop_reason value) { return out << to_string(value); }

std::string_view message::stop_reason_text() const noexcept {
  return detail::text_at(json(), "stop_reason");
}

stop_reason detail::stop_reason_of(std::string_view text) noexcept {
  if (text.empty()) return stop_reason::none;
  for (const auto& [name, value] : reasons)
    if (name == text) return value;
  return stop_reason::other;
}

stop_reason message::stop_reason() const noexcept {
  return detail::stop_reason_of(stop_reason_text());
}

}  // namespace reroute
