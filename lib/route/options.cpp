// Checks that the options of all routes share.
#include "route/options.hpp"

#include "route/secret.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace reroute::detail {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view problem) {
  throw std::invalid_argument(std::string(what).append(problem));
}

}  // namespace

credential choose_credential(std::string_view what, std::string api_key, credential other) {
  const bool has_other = other.type() != credential::kind::none;
  if (!api_key.empty() && has_other) {
    wipe(api_key);
    refuse(what, " has both api_key and credential; set one of them");
  }
  if (has_other) return other;
  if (api_key.empty())
    refuse(what, ".api_key is empty; set it to a key, or set credential for tokens");
  try {
    check_secret(std::string(what) + ".api_key", api_key);
  } catch (...) {
    wipe(api_key);
    throw;
  }
  return credential::key(std::move(api_key));
}

http::url checked_base(std::string_view what, std::string_view text, bool allow_plain_http) {
  const std::string field = std::string(what) + ".base_url";
  http::url base = http::parse_url(text, field);
  if (!base.secure() && !allow_plain_http)
    refuse(field,
           " is http://, which would send the credential in the clear; use https://, or, for a "
           "gateway on this machine, set allow_plain_http here and "
           "client_options.https.allow_plain_http");
  if (base.target.find('?') != std::string::npos)
    refuse(field, " has a query; remove it, and put what a gateway needs into extra_headers");
  const std::string_view path = path_of(base);
  if (path.ends_with("/v1") || path.ends_with("/v1/messages"))
    refuse(field, " has the API's own path in it; end it before \"/v1\", which is appended");
  base.target = path.empty() ? "/" : std::string(path);
  return base;
}

std::string_view path_of(const http::url& of) noexcept {
  std::string_view path = of.target;
  path = path.substr(0, path.find('?'));
  while (path.ends_with('/'))
    path.remove_suffix(1);
  return path;
}

void check_name(std::string_view what, std::string_view name) {
  if (name.empty()) refuse(what, ".name is empty; give the route a name");
  if (std::any_of(name.begin(), name.end(),
                  [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }))
    refuse(what, ".name has a line break or another control character in it; remove it");
}

}  // namespace reroute::detail
