// Checks that the options of all routes share.
#pragma once

#include <reroute/http/url.hpp>
#include <reroute/route/credential.hpp>

#include <string>
#include <string_view>

namespace reroute::detail {

/// One of key and credential. Throws `std::invalid_argument` that names the options (`what`) and
/// says how to set one; it never repeats a secret.
[[nodiscard]] credential choose_credential(std::string_view what, std::string api_key,
                                           credential other);

/// `text` as the URL below which the API lies, without slashes at its end. Throws
/// `std::invalid_argument`: for http:// unless it is allowed, and for a path that has "/v1"
/// already.
[[nodiscard]] http::url checked_base(std::string_view what, std::string_view text,
                                     bool allow_plain_http);

/// The path of a URL, without its query and without slashes at its end: "/" is "".
[[nodiscard]] std::string_view path_of(const http::url& of) noexcept;

/// Throws `std::invalid_argument` unless `name` can name a route in a line of a log.
void check_name(std::string_view what, std::string_view name);

}  // namespace reroute::detail
