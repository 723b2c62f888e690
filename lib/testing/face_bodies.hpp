// Building blocks of the faces: bodies as JSON text, and responses around them.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>

#include <boost/json/value.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace reroute::testing::faces {

/// A response with a content type and a request id.
[[nodiscard]] http::response make(int status, std::string_view content_type, std::string body);
/// The same around JSON.
[[nodiscard]] http::response make(int status, const boost::json::value& body);
/// Adds a field of seconds.
[[nodiscard]] http::response with_seconds(http::response to, std::string_view name,
                                          std::chrono::seconds value);
/// Adds `Retry-After` as a date, and `Date` unless `now` is null.
[[nodiscard]] http::response with_dates(http::response to, http::date opens, const http::date* now);
/// What both routes send, and what error bodies repeat.
inline constexpr std::string_view request_id = "req_011CVfaceFaceFaceFace01";

}  // namespace reroute::testing::faces
