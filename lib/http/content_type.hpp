// What a message says that it holds.
#pragma once

#include <reroute/http/headers.hpp>

#include "http/text.hpp"

#include <string_view>

namespace reroute::http {

inline constexpr std::string_view event_stream_type = "text/event-stream";

/// The fields declare an event stream; whether the body is one is another matter.
[[nodiscard]] inline bool declares_event_stream(const headers& fields) noexcept {
  const auto type = fields.find("content-type");
  return type && begins_with(*type, event_stream_type);
}

}  // namespace reroute::http
