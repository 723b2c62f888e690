// Checks that the identity options share.
#include "route/identity/settings.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <optional>
#include <stdexcept>
#include <utility>

namespace reroute::detail {

void check_setting(std::string_view value, std::string_view what, std::string_view others) {
  const auto fits = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           others.find(c) != std::string_view::npos;
  };
  if (value.empty()) throw std::invalid_argument(std::string(what) + " is empty; set it");
  if (!std::all_of(value.begin(), value.end(), fits))
    throw std::invalid_argument(std::string(what) +
                                " has a character that no such id has; check how it was copied");
}

void check_scope(std::string_view scope, std::string_view what) {
  if (scope.empty()) throw std::invalid_argument(std::string(what) + " is empty; set it");
  if (!std::all_of(scope.begin(), scope.end(), [](char c) { return c > ' ' && c < '\x7f'; }))
    throw std::invalid_argument(std::string(what) +
                                " has white space or another character that no scope has; give one "
                                "such as https://ai.azure.com/.default");
}

http::url secure_base(std::string_view text, std::string_view what) {
  http::url base = http::parse_url(text, what);
  if (!base.secure() && !base.loopback())
    throw std::invalid_argument(std::string(what) +
                                " is http://, which would send secrets in the clear; use https://");
  if (base.target.find('?') != std::string::npos)
    throw std::invalid_argument(std::string(what) + " has a query; remove it");
  while (base.target.size() > 1 && base.target.ends_with('/'))
    base.target.pop_back();
  return base;
}

std::string variable(const environment_lookup& env, std::string_view name) {
  return std::string(http::trimmed(env(name).value_or("")));
}

secret_text secret_variable(const environment_lookup& env, std::string_view name) {
  std::optional<std::string> value = env(name);
  if (!value) return {};
  const wiped_at_end read(*value);
  return secret_text(std::string(http::trimmed(*value)));
}

secret_text password_variable(const environment_lookup& env, std::string_view name) {
  std::optional<std::string> value = env(name);
  if (!value) return {};
  const wiped_at_end read(*value);
  return secret_text(value->substr(0, value->find_last_not_of("\r\n") + 1));
}

environment_lookup or_process(environment_lookup env) {
  return env ? std::move(env) : environment_lookup(process_environment);
}

}  // namespace reroute::detail
