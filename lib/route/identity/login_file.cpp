// The file of a login.
#include "route/identity/login_file.hpp"

#include <reroute/error/errc.hpp>

#include "route/clean_error.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/secret_json.hpp"

#include <boost/json/serializer.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <utility>

namespace reroute::detail {
namespace {

namespace json = boost::json;

secret_text text_of(const json::value& value) {
  secret_text out;
  json::serializer writer;
  writer.reset(&value);
  std::array<char, 4096> piece;
  while (!writer.done()) {
    const json::string_view some = writer.read(piece.data(), piece.size());
    append_secret(out.text(), {some.data(), some.size()});
  }
  OPENSSL_cleanse(piece.data(), piece.size());
  return out;
}

}  // namespace

kept_tokens kept_tokens::copy_of_tokens() const {
  kept_tokens made;
  made.access = secret_text(access.get());
  made.refresh = secret_text(refresh.get());
  made.ends = ends;
  made.unread = unread;
  return made;
}

void check_login_file(const std::string& path) {
  if (const std::string problem = loose_permissions(path); !problem.empty())
    throw clean_error(errc::credential_failed, problem, false);
}

kept_tokens read_login_file(const std::string& path) {
  kept_tokens kept;
  const file_reading file = read_small_file(path);
  if (!is_missing(file.error)) kept.unread = file.error;
  if (file.error) return kept;
  kept.all = parse_secret_object(file.text.get());
  if (!kept.all) return kept;
  const json::object& said = kept.all->get_object();
  kept.access = secret_text(std::string(secret_at(said, "access_token")));
  kept.refresh = secret_text(std::string(secret_at(said, "refresh_token")));
  // what cannot be read has ended; the ends of time do not overflow
  if (const json::value* const at = said.if_contains("expires_at"); at && !at->is_null())
    kept.ends = kept_tokens::wall_time(std::chrono::seconds(
        std::clamp<std::int64_t>(number_at(said, "expires_at").value_or(0), 0, 9'000'000'000)));
  return kept;
}

std::error_code write_login_file(const std::string& path, kept_tokens& kept) {
  if (!kept.all) kept.all = parse_secret_object("{}");
  json::object& into = kept.all->get_object();
  const auto view = [](const secret_text& text) {
    return json::string_view(text.get().data(), text.get().size());
  };
  into["version"] = "1.0";
  into["type"] = "oauth_token";
  into["access_token"] = view(kept.access);
  if (kept.ends) {
    into["expires_at"] =
        std::chrono::duration_cast<std::chrono::seconds>(kept.ends->time_since_epoch()).count();
  } else {
    into.erase("expires_at");
  }
  if (!kept.refresh.get().empty()) into["refresh_token"] = view(kept.refresh);
  return write_private_file(path, text_of(*kept.all).get());
}

}  // namespace reroute::detail
