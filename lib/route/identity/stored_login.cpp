// Tokens in a file that all programs of one user share: taken while fresh, renewed and written back.
#include <reroute/error/errc.hpp>

#include "route/clean_error.hpp"
#include "route/identity/federation_requests.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/login_file.hpp"
#include "route/identity/secret_json.hpp"
#include "route/identity/sources.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;
using wall_time = access_token::wall_time;

constexpr auto ample = 120s;  // as the cache has it: below that it asks for another

// a renewed login that could not be written: without it, a refresh token that may be used once is lost
struct unwritten {
  secret_text old_access,
      old_refresh;  // the file as it was: another program's newer login beats this
  secret_text access, refresh;
  std::optional<wall_time> ends;
};

// what all fetches of one credential share; clients on two threads may fetch at once
struct shared_login {
  explicit shared_login(stored_login where) : login(std::move(where)) {}
  const stored_login login;
  std::mutex guard;
  std::optional<unwritten> ahead;
};

secret_text copy_of(const secret_text& text) { return secret_text(text.get()); }

[[noreturn]] void refuse(const std::string& path, std::string_view problem) {
  throw clean_error(errc::credential_failed, path + " " + std::string(problem), false);
}

// the file's tokens, or those that were to be written to it since; true for these
bool recall(shared_login& of, kept_tokens& kept) {
  const std::lock_guard lock(of.guard);
  if (!of.ahead) return false;
  const bool as_it_was = kept.access.get() == of.ahead->old_access.get() &&
                         kept.refresh.get() == of.ahead->old_refresh.get();
  if (!as_it_was && !kept.unread) {
    of.ahead.reset();  // another login, or none any more
    return false;
  }
  kept.access = copy_of(of.ahead->access);
  kept.refresh = copy_of(of.ahead->refresh);
  kept.ends = of.ahead->ends;
  return true;
}

// to the file; what cannot be written is kept here until it can, and told
void save(shared_login& of, kept_tokens& kept, const secret_text& old_access,
          const secret_text& old_refresh, const token_fetch& lent) {
  const std::string& path = of.login.path;
  const std::error_code failed = write_login_file(path, kept);
  {
    const std::lock_guard lock(of.guard);
    if (!failed) {
      of.ahead.reset();
    } else if (of.ahead && kept.unread) {
      // the file cannot be read now: what it held when it could is still to be compared with
      of.ahead->access = copy_of(kept.access);
      of.ahead->refresh = copy_of(kept.refresh);
      of.ahead->ends = kept.ends;
    } else {
      of.ahead = unwritten{copy_of(old_access), copy_of(old_refresh), copy_of(kept.access),
                           copy_of(kept.refresh), kept.ends};
    }
  }
  if (failed)
    lent.warn(clean_error(failed,
                          path + " could not be written: " + failed.message() +
                              "; until it can be, the renewed login is known to this program only",
                          true));
}

// a new token; what the answer says of the refresh token counts even if there is none
asio::awaitable<token_result> redeem(std::shared_ptr<shared_login> of, kept_tokens* kept,
                                     token_fetch lent) {
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
  co_return std::move(fresh);
}

asio::awaitable<access_token> fetch(std::shared_ptr<shared_login> of, token_fetch lent) {
  const stored_login& login = of->login;
  kept_tokens kept = read_login_file(login.path);
  const secret_text old_access = copy_of(kept.access);
  const secret_text old_refresh = copy_of(kept.refresh);
  const bool recalled = recall(*of, kept);
  const wall_time now = lent.time()->wall_now();
  if (!lent.forced() && kept.lives(now + ample)) {
    if (recalled) save(*of, kept, old_access, old_refresh, lent);
    co_return kept.token();
  }

  if (login.exchange) {
    asio::awaitable<access_token> pending = login.exchange(lent);
    access_token fresh = co_await std::move(pending);
    kept.access = secret_text(fresh.secret());
    kept.ends = fresh.expires_at();
    save(*of, kept, old_access, old_refresh, lent);
    co_return std::move(fresh);
  }
  if (kept.access.get().empty()) {
    if (kept.unread) refuse(login.path, "cannot be read: " + kept.unread.message());
    refuse(login.path, "holds no login; log in with Anthropic's tool");
  }
  if (login.client_id.empty() || kept.refresh.get().empty()) {
    if (!lent.forced() && kept.lives(now)) co_return kept.token();
    refuse(login.path, "holds a login that has ended and cannot be renewed; log in again");
  }
  const secret_text redeemed = copy_of(kept.refresh);
  asio::awaitable<token_result> pending = redeem(of, &kept, lent);
  token_result fresh = co_await std::move(pending);
  if (!fresh.error) {
    kept.access = secret_text(fresh.token.secret());
    kept.ends = fresh.token.expires_at();
  }
  if (!fresh.error || kept.refresh.get() != redeemed.get())
    save(*of, kept, old_access, old_refresh, lent);
  if (fresh.error) throw_failure(fresh);
  co_return std::move(fresh.token);
}

}  // namespace

token_provider stored_source(stored_login login) {
  const auto shared = std::make_shared<shared_login>(std::move(login));
  return [shared](token_fetch lent) { return fetch(shared, std::move(lent)); };
}

}  // namespace reroute::detail
