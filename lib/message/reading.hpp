// What answers and their events have in common: usage and stop reasons, read from JSON.
#pragma once

#include <reroute/message/message.hpp>

#include <boost/json/object.hpp>

#include <string_view>

namespace reroute::detail {

/// The "usage" of a message or of an event.
[[nodiscard]] token_usage read_usage(const boost::json::object& usage);

/// `stop_reason::none` for an empty text.
[[nodiscard]] stop_reason stop_reason_of(std::string_view text) noexcept;

}  // namespace reroute::detail
