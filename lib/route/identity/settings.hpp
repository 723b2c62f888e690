// Checks that the identity options share, and variables that are set.
#pragma once

#include <reroute/http/url.hpp>
#include <reroute/route/environment_lookup.hpp>

#include "route/identity/secret_text.hpp"

#include <string>
#include <string_view>

namespace reroute::detail {

/// Throws `std::invalid_argument`, naming `what`, unless `value` is letters, digits and `others`.
void check_setting(std::string_view value, std::string_view what, std::string_view others);

/// Throws `std::invalid_argument`, naming `what`, unless `scope` is one that can be asked for: visible letters.
void check_scope(std::string_view scope, std::string_view what);

/// A URL to which secrets may go: https, or http on a loopback; without a query. Throws
/// `std::invalid_argument`, naming `what`.
[[nodiscard]] http::url secure_base(std::string_view text, std::string_view what);

/// A variable without the white space around it: what shells and mounted files leave there, a line break above all,
/// is not meant. Empty if it is not set, or blank.
[[nodiscard]] std::string variable(const environment_lookup& env, std::string_view name);

/// The same for one that holds a secret.
[[nodiscard]] secret_text secret_variable(const environment_lookup& env, std::string_view name);

/// The same for a password: its spaces may be meant, the line break at its end is not.
[[nodiscard]] secret_text password_variable(const environment_lookup& env, std::string_view name);

/// `env`, or the process's environment if it is empty.
[[nodiscard]] environment_lookup or_process(environment_lookup env);

}  // namespace reroute::detail
