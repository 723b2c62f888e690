// The machine's own identity: which service knows it, and asking again while that is being updated.
#include <reroute/error/errc.hpp>
#include <reroute/route/entra.hpp>

#include "http/text.hpp"
#include "route/clean_error.hpp"
#include "route/identity/arc.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/identity_place.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/retry_schedule.hpp"
#include "route/identity/settings.hpp"
#include "route/identity/sources.hpp"
#include "route/identity/token_answer.hpp"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::detail {
namespace {

using namespace std::chrono_literals;
using kind = identity_place::kind;

constexpr duration patience = 10s;       // for one answer
constexpr duration probe_patience = 1s;  // of a service that may not be there
constexpr std::size_t longest_key = 4096;
constexpr const char* arc_agent = "/opt/azcmagent/bin/himds";

// where a fetch asks, as whom, and over what
struct inquiry {
  explicit inquiry(identity_place where) : at(std::move(where)) {}
  identity_place at;
  user_assigned who;
  std::shared_ptr<transport> over;
  secret_text arc_key;  // with which Arc was convinced
};

// the answer as a token or a failure; `status` is what the schedule decides on, nothing: it does not
struct tried {
  tried() = default;
  token_result result;
  std::optional<int> status;
};

tried read(const inquiry& of, const identity_answer& answer, const token_fetch& lent) {
  tried out;
  if (answer.error) {
    out.result = unreachable(answer.error, of.at.name());
    if (category_of(answer.error.code) == category::timeout) out.status = 0;
    return out;
  }
  token_reading how;
  how.from = token_endpoint::managed_identity;
  how.who = of.at.name();
  how.now = lent.time()->wall_now();
  how.secrets = {of.at.header.get(), of.arc_key.get()};
  out.result = read_token_answer(answer.response, how);
  if (out.result.error) {
    if (answer.response.status / 100 != 2) out.status = answer.response.status;
  } else if (of.at.service == kind::arc && !arc_confirms(answer.response.body, of.who)) {
    out.result = {errc::credential_failed, false,
                  "Arc's agent did not confirm the identity that was asked for; it may be too old"};
  }
  return out;
}

// throws unless somebody answers who may be IMDS
asio::awaitable<void> probe_imds(const inquiry& of, token_fetch lent) {
  asio::awaitable<identity_answer> pending =
      exchange_identity(lent, of.over, imds_probe(of.at), probe_patience);
  const identity_answer answer = co_await std::move(pending);
  const http::response& said = answer.response;
  // Docker Desktop answers for hosts that cannot be reached
  const bool docker = said.status == 403 && said.body.find("unreachable") != std::string::npos;
  if (answer.error || docker)
    throw clean_error(
        errc::credential_failed,
        "no credential is set up in the environment, and no managed identity is here: IMDS "
        "does not answer",
        false, 60s);
}

// the key that Arc's agent wrote for those who may read its files
http::request with_arc_key(http::request request, const http::headers& refusal,
                           const std::string& folder, secret_text& key) {
  const std::string path = arc_key_file(refusal, folder);
  file_reading file = read_small_file(path, longest_key);
  if (file.error)
    throw clean_error(file.error,
                      "Arc's key file " + path + ": " + file.error.message() +
                          "; the user must be in the group himds",
                      false);
  if (!http::is_field_value(file.text.get()))
    throw clean_error(errc::credential_failed, "Arc's key file " + path + " holds no key", false);
  const secret_text value("Basic " + file.text.get());
  request.headers.add_secret("authorization", value.get());
  key = std::move(file.text);
  return request;
}

// what all fetches of one credential share; clients on two threads may fetch at once
struct machine {
  machine(entra::managed_identity_options with, bool probing)
      : options(std::move(with)), probe(probing) {}
  const entra::managed_identity_options options;
  std::atomic<bool> probe;  // is IMDS there at all? Until it once answered
};

identity_place place_of(const entra::managed_identity_options& options) {
  std::error_code ignored;
  return find_identity_place(options.environment, std::filesystem::exists(arc_agent, ignored));
}

user_assigned identity_of(const entra::managed_identity_options& options) {
  return {options.client_id, options.object_id, options.resource_id};
}

asio::awaitable<access_token> fetch(std::shared_ptr<machine> of_all, token_fetch lent) {
  const entra::managed_identity_options* const options = &of_all->options;
  inquiry of(place_of(*options));
  of.who = identity_of(*options);
  of.over = transport_for(of.at.url, options->transport, lent);
  const bool imds = of.at.service == kind::imds;
  // a host that somebody named is taken to be there
  if (of_all->probe && imds &&
      variable(options->environment, "AZURE_POD_IDENTITY_AUTHORITY_HOST").empty()) {
    asio::awaitable<void> probed = probe_imds(of, lent);
    co_await std::move(probed);
    of_all->probe = false;
  }
  retry_schedule schedule(imds ? retry_schedule::service::imds : retry_schedule::service::other);
  for (;;) {
    http::request request = identity_request(of.at, options->scope, of.who);
    asio::awaitable<identity_answer> pending = exchange_identity(lent, of.over, request, patience);
    identity_answer answer = co_await std::move(pending);
    if (of.at.service == kind::arc && !answer.error && answer.response.status == 401) {
      request = with_arc_key(std::move(request), answer.response.headers, options->arc_key_folder,
                             of.arc_key);
      asio::awaitable<identity_answer> again =
          exchange_identity(lent, of.over, std::move(request), patience);
      answer = co_await std::move(again);
    }
    tried got = read(of, answer, lent);
    if (!got.result.error) co_return std::move(got.result.token);
    std::optional<duration> wait;
    if (got.status) wait = schedule.after(*got.status, got.result.rest);
    if (!wait) throw_failure(got.result);
    lent.trying_again(clean_error(got.result.error, got.result.detail, got.result.retryable),
                      *wait);
    asio::awaitable<void> paused = pause_for(lent, *wait);
    co_await std::move(paused);
  }
}

}  // namespace

namespace {

constexpr std::string_view what = "entra::managed_identity";

void check(const entra::managed_identity_options& options) {
  const std::string name(what);
  const int ids =
      !options.client_id.empty() + !options.object_id.empty() + !options.resource_id.empty();
  if (ids > 1)
    throw std::invalid_argument(name + ": set one of client_id, object_id and resource_id");
  if (!options.client_id.empty()) check_setting(options.client_id, name + ".client_id", "-._");
  if (!options.object_id.empty()) check_setting(options.object_id, name + ".object_id", "-");
  if (!options.resource_id.empty() && (!options.resource_id.starts_with('/') ||
                                       options.resource_id != http::trimmed(options.resource_id)))
    throw std::invalid_argument(name +
                                ".resource_id must be a whole id, which begins with "
                                "\"/subscriptions/\"");
  check_scope(options.scope, name + ".scope");
  if (!options.arc_key_folder.ends_with('/'))
    throw std::invalid_argument(name + ".arc_key_folder must end in \"/\"");
}

// a place that is not supported, or does not know such an identity, is no failure that may pass
void check_place(const entra::managed_identity_options& options) {
  try {
    const identity_place at = place_of(options);
    (void)identity_request(at, options.scope, identity_of(options));
  } catch (const token_error& problem) {
    throw std::invalid_argument(std::string(what) + ": " + problem.what());
  }
}

}  // namespace

token_provider managed_identity_source(entra::managed_identity_options options, bool probe) {
  check(options);
  options.environment = or_process(std::move(options.environment));
  check_place(options);
  const auto shared = std::make_shared<machine>(std::move(options), probe);
  return [shared](token_fetch lent) { return fetch(shared, std::move(lent)); };
}

}  // namespace reroute::detail

namespace reroute::entra {

credential managed_identity(managed_identity_options options) {
  return credential::bearer(detail::managed_identity_source(std::move(options), false));
}

}  // namespace reroute::entra
