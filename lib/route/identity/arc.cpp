// What Arc's agent wants, and what it must confirm.
#include "route/identity/arc.hpp"

#include <reroute/error/errc.hpp>

#include "http/text.hpp"
#include "route/clean_error.hpp"
#include "route/identity/secret_json.hpp"

namespace reroute::detail {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw clean_error(errc::credential_failed, text, false);
}

}  // namespace

std::string arc_key_file(const http::headers& refusal, std::string_view folder) {
  constexpr std::string_view scheme = "Basic realm=";
  const std::string_view asked = refusal.find("www-authenticate").value_or("");
  if (!http::begins_with(asked, scheme))
    refuse("Arc's identity endpoint answered 401 without naming a key file");
  const std::string_view path = asked.substr(scheme.size());
  const std::size_t slash = path.rfind('/');
  const std::string_view name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (slash == std::string_view::npos || path.substr(0, slash + 1) != folder ||
      !name.ends_with(".key") || name.find('\\') != std::string_view::npos)
    refuse("Arc's identity endpoint named a file that is no key file of its agent");
  return std::string(path);
}

bool arc_confirms(std::string_view answer, const user_assigned& who) {
  if (who.client_id.empty() && who.object_id.empty() && who.resource_id.empty()) return true;
  const auto said = parse_secret_object(answer);
  if (!said) return false;
  const auto same = [&](std::string_view name, const std::string& wanted) {
    return !wanted.empty() && http::same_text(secret_at(said->get_object(), name), wanted);
  };
  return same("client_id", who.client_id) || same("object_id", who.object_id) ||
         same("msi_res_id", who.resource_id) || same("mi_res_id", who.resource_id);
}

}  // namespace reroute::detail
