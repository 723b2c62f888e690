// What real token services object to in a request, and what they answer. Pure.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/testing/fake_identity.hpp>

#include "testing/request_reader.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::testing {

/// The service that a path belongs to; `secure`: it came over TLS.
[[nodiscard]] std::optional<identity_service> service_of(const heard_request& request, bool secure);

/// The objection to a request for a token; nothing: it gets one.
[[nodiscard]] std::optional<http::response> objection_to(identity_service by,
                                                         const heard_request& request,
                                                         const fake_identity_options& options);

/// A token in the words of its service. `refresh` is the next refresh token, empty without one.
[[nodiscard]] http::response token_answer_of(identity_service by, std::string_view token,
                                             const fake_identity_options& options,
                                             std::chrono::sys_seconds now,
                                             std::string_view refresh = {});

/// An error of this status in the words of the service.
[[nodiscard]] http::response identity_error(identity_service by, int status, std::string_view code,
                                            std::string_view text);

/// Entra's description of itself, as clients ask for it before they ask for tokens.
[[nodiscard]] std::optional<http::response> entra_metadata(const heard_request& request);

/// The fields of a query or a form, decoded.
[[nodiscard]] std::map<std::string, std::string, std::less<>> form_fields(std::string_view text);

/// True if the body is a refresh grant of Anthropic's login.
[[nodiscard]] bool is_refresh_grant(const heard_request& request);

}  // namespace reroute::testing
