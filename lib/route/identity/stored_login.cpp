// Tokens in a file that all programs of one user share: taken while fresh, renewed and written back.
#include <reroute/error/errc.hpp>

#include "route/identity/federation_requests.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/secret_json.hpp"
#include "route/identity/sources.hpp"

#include <boost/json/serializer.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace reroute::detail {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using wall_time = access_token::wall_time;

constexpr auto ample = 120s;  // as the cache has it: below that it asks for another

// what the file holds
struct kept_tokens {
  std::optional<json::value> all;  // also what other programs wrote
  secret_text access, refresh;
  std::optional<wall_time> ends;

  [[nodiscard]] bool lives(wall_time until) const {
    return !access.get().empty() && (!ends || *ends > until);
  }
  [[nodiscard]] access_token token() const { return access_token(access.get(), ends); }
};

[[noreturn]] void refuse(const std::string& path, std::string_view problem) {
  throw token_error(errc::credential_failed, path + " " + std::string(problem), false);
}

// a file that is missing or broken is none: an exchange makes it anew, and a login says what to do
kept_tokens read_tokens(const std::string& path) {
  if (const std::string problem = loose_permissions(path); !problem.empty())
    throw token_error(errc::credential_failed, problem, false);
  kept_tokens kept;
  const file_reading file = read_small_file(path);
  if (file.error) return kept;
  kept.all = parse_secret_object(file.text.get());
  if (!kept.all) return kept;
  const json::object& said = kept.all->get_object();
  kept.access = secret_text(std::string(secret_at(said, "access_token")));
  kept.refresh = secret_text(std::string(secret_at(said, "refresh_token")));
  if (const auto at = number_at(said, "expires_at"))
    kept.ends = wall_time(std::chrono::seconds(std::min<std::int64_t>(*at, 9'000'000'000)));
  return kept;
}

secret_text text_of(const json::value& value) {
  secret_text out;
  out.text().reserve(64 * 1024);  // in one piece: it does not grow and leave copies
  json::serializer writer;
  writer.reset(&value);
  std::array<char, 4096> piece;
  while (!writer.done()) {
    const json::string_view some = writer.read(piece.data(), piece.size());
    out.text().append(some.data(), some.size());
  }
  OPENSSL_cleanse(piece.data(), piece.size());
  return out;
}

// best effort: the token is good even if it cannot be kept
void write_back(const std::string& path, kept_tokens& kept, const access_token& fresh) {
  if (!kept.all) kept.all = parse_secret_object("{}");
  json::object& into = kept.all->get_object();
  into["version"] = "1.0";
  into["type"] = "oauth_token";
  into["access_token"] = json::string_view(fresh.secret().data(), fresh.secret().size());
  if (fresh.expires_at())
    into["expires_at"] =
        std::chrono::duration_cast<std::chrono::seconds>(fresh.expires_at()->time_since_epoch())
            .count();
  const std::string& refresh = kept.refresh.get();
  if (!refresh.empty()) into["refresh_token"] = json::string_view(refresh.data(), refresh.size());
  (void)write_private_file(path, text_of(*kept.all).get());
}

asio::awaitable<access_token> redeem(std::shared_ptr<const stored_login> login, kept_tokens* kept,
                                     token_fetch lent) {
  http::request request = refresh_grant(login->base, kept->refresh.get(), login->client_id);
  std::shared_ptr<transport> over = transport_for(request.url, login->over, lent);
  asio::awaitable<identity_answer> pending =
      exchange_identity(lent, std::move(over), std::move(request), token_patience);
  const identity_answer answer = co_await std::move(pending);
  token_reading how;
  how.from = token_endpoint::anthropic;
  how.who = anthropic_endpoint;
  how.now = lent.time()->wall_now();
  how.secrets = {kept->refresh.get(), kept->access.get()};
  access_token fresh = token_of(answer, how);
  // the server may have changed it
  if (const auto said = parse_secret_object(answer.response.body))
    if (const auto next = secret_at(said->get_object(), "refresh_token"); !next.empty())
      kept->refresh = secret_text(std::string(next));
  co_return std::move(fresh);
}

asio::awaitable<access_token> fetch(std::shared_ptr<const stored_login> login, token_fetch lent) {
  kept_tokens kept = read_tokens(login->path);
  const wall_time now = lent.time()->wall_now();
  if (!lent.forced() && kept.lives(now + ample)) co_return kept.token();

  access_token fresh;
  if (login->exchange) {
    asio::awaitable<access_token> pending = login->exchange(lent);
    fresh = co_await std::move(pending);
  } else {
    if (kept.access.get().empty())
      refuse(login->path, "holds no login; log in with Anthropic's tool");
    if (login->client_id.empty() || kept.refresh.get().empty()) {
      if (!lent.forced() && kept.lives(now)) co_return kept.token();
      refuse(login->path, "holds a login that has ended and cannot be renewed; log in again");
    }
    asio::awaitable<access_token> pending = redeem(login, &kept, lent);
    fresh = co_await std::move(pending);
  }
  write_back(login->path, kept, fresh);
  co_return std::move(fresh);
}

}  // namespace

token_provider stored_source(stored_login login) {
  const auto shared = std::make_shared<const stored_login>(std::move(login));
  return [shared](token_fetch lent) { return fetch(shared, std::move(lent)); };
}

}  // namespace reroute::detail
