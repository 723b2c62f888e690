// Tokens in a file that all programs of one user share: taken while fresh, renewed and written back.
#include <reroute/error/errc.hpp>

#include "route/clean_error.hpp"
#include "route/identity/federation_requests.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/known_login.hpp"
#include "route/identity/login_lock.hpp"
#include "route/identity/secret_json.hpp"
#include "route/identity/sources.hpp"

#include <chrono>
#include <optional>
#include <system_error>
#include <utility>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;
using wall_time = access_token::wall_time;

constexpr auto ample = 120s;              // as the cache has it: below that it asks for another
constexpr duration glance = 100ms;        // between two looks at what another program may do
constexpr duration longest_turn = 30s;    // of another program: longer than its request may take
constexpr duration longest_writing = 2s;  // from another program's new tokens to its file
constexpr int most_renewals = 3;          // each behind a login that somebody else has changed

// what all fetches of one credential share
struct shared_login {
  explicit shared_login(stored_login where) : login(std::move(where)), known(login.path) {}
  const stored_login login;
  known_login known;
};
using login_ptr = std::shared_ptr<shared_login>;

[[noreturn]] void refuse(const std::string& path, std::string_view problem) {
  throw clean_error(errc::credential_failed, path + " " + std::string(problem), false);
}

// whether the token may be the answer to this fetch: it lives for so long, and is not the one that the API refused
bool serves(const kept_tokens& kept, const token_fetch& lent, duration life) {
  const auto until =
      lent.time()->wall_now() + std::chrono::duration_cast<wall_time::duration>(life);
  return kept.lives(until) && kept.access.get() != lent.refused().secret();
}

// to the file; what cannot be written is told
void keep(shared_login& of, const seen_login& seen, kept_tokens& renewed, const token_fetch& lent) {
  const std::error_code failed = of.known.keep(seen, renewed);
  if (!failed) return;
  lent.warn(clean_error(failed,
                        of.login.path + " could not be written: " + failed.message() +
                            "; until it can be, the renewed login is known to this program only",
                        true));
}

// the login, if its token will do
std::optional<access_token> fresh_token(shared_login& of, seen_login& seen,
                                        const token_fetch& lent) {
  if (!serves(seen.tokens, lent, ample)) return std::nullopt;
  access_token token = seen.tokens.token();
  if (seen.unwritten) keep(of, seen, seen.tokens, lent);
  return token;
}

// whether another program changes or removes the login within the time that it may need to write its file
asio::awaitable<bool> changes(login_ptr of, const seen_login* seen, token_fetch lent) {
  const time_point until = lent.time()->now() + longest_writing;
  for (;;) {
    const seen_login now = of->known.look();
    if (!same_tokens(now.tokens, seen->tokens)) co_return true;
    if (lent.time()->now() >= until) co_return false;
    asio::awaitable<void> paused = pause_for(lent, glance);
    co_await std::move(paused);
  }
}

// a new token; what the answer says of the refresh token counts even if there is none
asio::awaitable<token_result> redeem(login_ptr of, kept_tokens* kept, token_fetch lent) {
  const stored_login& login = of->login;
  http::request request = refresh_grant(login.base, kept->refresh.get(), login.client_id);
  std::shared_ptr<transport> over = transport_for(request.url, login.over, lent);
  asio::awaitable<identity_answer> pending =
      exchange_identity(lent, std::move(over), std::move(request), token_patience);
  const identity_answer answer = co_await std::move(pending);
  const std::string cure = "log in again with Anthropic's tool: the login in " + login.path +
                           " has ended, or was renewed elsewhere";
  token_reading how;
  how.cure = cure;
  how.from = token_endpoint::anthropic;
  how.who = anthropic_endpoint;
  how.now = lent.time()->wall_now();
  how.secrets = {kept->refresh.get(), kept->access.get()};
  token_result fresh = result_of(answer, how);
  if (!answer.error && answer.response.status / 100 == 2)
    if (const auto said = parse_secret_object(answer.response.body))
      if (const auto next = secret_at(said->get_object(), "refresh_token"); !next.empty())
        kept->refresh = secret_text(std::string(next));
  if (!fresh.error) {
    kept->access = secret_text(fresh.token.secret());
    kept->ends = fresh.token.expires_at();
  }
  co_return std::move(fresh);
}

// throws unless there is something to redeem
void check_renewable(const stored_login& login, const kept_tokens& kept) {
  if (kept.access.get().empty()) {
    if (kept.unread) refuse(login.path, "cannot be read: " + kept.unread.message());
    refuse(login.path, "holds no login; log in with Anthropic's tool");
  }
  if (login.client_id.empty() || kept.refresh.get().empty())
    refuse(login.path, "holds a login that has ended and cannot be renewed; log in again");
}

// the endpoint takes the refresh token for none
bool is_spent(const token_result& failed) {
  return failed.error == errc::credential_failed || failed.error == errc::unauthorized;
}

// A refresh token may be good only once, and others have it too. Those with reroute wait for their turn; of
// others only their traces are seen: a token that is spent already, and then a new one in the file.
asio::awaitable<access_token> renew(login_ptr of, token_fetch lent) {
  login_lock turn(of->login.path);
  const time_point latest = lent.time()->now() + longest_turn;
  for (int renewals = 0;;) {
    const bool mine = turn.try_take() || lent.time()->now() >= latest;
    seen_login seen = of->known.look();  // behind the lock: what its last holder has written
    if (std::optional<access_token> token = fresh_token(*of, seen, lent))
      co_return std::move(*token);
    check_renewable(of->login, seen.tokens);
    if (!mine) {
      asio::awaitable<void> paused = pause_for(lent, glance);
      co_await std::move(paused);
      continue;
    }
    kept_tokens renewed = seen.tokens.copy_of_tokens();
    asio::awaitable<token_result> pending = redeem(of, &renewed, lent);
    token_result fresh = co_await std::move(pending);
    if (!fresh.error || renewed.refresh.get() != seen.tokens.refresh.get())
      keep(*of, seen, renewed, lent);
    if (!fresh.error) co_return std::move(fresh.token);
    if (!is_spent(fresh) || ++renewals == most_renewals) throw_failure(fresh);
    asio::awaitable<bool> waiting = changes(of, &seen, lent);
    const bool elsewhere = co_await std::move(waiting);
    if (!elsewhere) throw_failure(fresh);
  }
}

// by an exchange that may be repeated at will
asio::awaitable<access_token> exchange(login_ptr of, const seen_login* seen, token_fetch lent) {
  asio::awaitable<access_token> pending = of->login.exchange(lent);
  access_token fresh = co_await std::move(pending);
  kept_tokens renewed = seen->tokens.copy_of_tokens();
  renewed.access = secret_text(fresh.secret());
  renewed.ends = fresh.expires_at();
  keep(*of, *seen, renewed, lent);
  co_return std::move(fresh);
}

asio::awaitable<access_token> fetch(login_ptr of, token_fetch lent) {
  const stored_login& login = of->login;
  seen_login seen = of->known.look();
  if (std::optional<access_token> token = fresh_token(*of, seen, lent)) co_return std::move(*token);
  if (login.exchange) {
    asio::awaitable<access_token> pending = exchange(of, &seen, lent);
    access_token token = co_await std::move(pending);
    co_return std::move(token);
  }
  const bool renewable = !login.client_id.empty() && !seen.tokens.refresh.get().empty();
  if (!renewable && serves(seen.tokens, lent, 0s)) co_return seen.tokens.token();
  check_renewable(login, seen.tokens);
  asio::awaitable<access_token> pending = renew(of, lent);
  access_token token = co_await std::move(pending);
  co_return std::move(token);
}

}  // namespace

token_provider stored_source(stored_login login) {
  const auto shared = std::make_shared<shared_login>(std::move(login));
  return [shared](token_fetch lent) { return fetch(shared, std::move(lent)); };
}

}  // namespace reroute::detail
