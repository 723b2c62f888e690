// Workload identity federation: the workload's own token becomes one of Anthropic's.
#include <reroute/error/errc.hpp>
#include <reroute/route/anthropic_identity.hpp>

#include "route/clean_error.hpp"
#include "route/identity/federation_requests.hpp"
#include "route/identity/identity_exchange.hpp"
#include "route/identity/local_file.hpp"
#include "route/identity/settings.hpp"
#include "route/identity/sources.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {
namespace detail {
namespace {

constexpr std::size_t longest_assertion = 16 * 1024;
constexpr std::string_view too_long =
    "the identity token is longer than the 16 KiB that Anthropic takes";

struct federation {
  federation_rule rule;
  std::string token_file;
  credential identity;
  std::shared_ptr<transport> over;
};

asio::awaitable<secret_text> assertion_of(std::shared_ptr<const federation> by, token_fetch lent) {
  secret_text proof;
  if (!by->token_file.empty()) {
    proof = read_token_file(by->token_file, "the identity token file");
  } else if (by->identity.refreshable()) {
    asio::awaitable<access_token> pending = (*by->identity.source())(lent);
    const access_token own = co_await std::move(pending);
    proof = secret_text(own.secret());
  } else {
    proof = secret_text(by->identity.token().secret());
  }
  if (proof.get().size() > longest_assertion)
    throw clean_error(errc::credential_failed, std::string(too_long), false);
  co_return std::move(proof);
}

asio::awaitable<access_token> federate(std::shared_ptr<const federation> by, token_fetch lent) {
  asio::awaitable<secret_text> proving = assertion_of(by, lent);
  const secret_text proof = co_await std::move(proving);
  http::request request = federation_exchange(by->rule, proof.get());
  std::shared_ptr<transport> over = transport_for(request.url, by->over, lent);
  asio::awaitable<identity_answer> pending =
      exchange_identity(lent, std::move(over), std::move(request), token_patience);
  const identity_answer answer = co_await std::move(pending);
  token_reading how;
  how.from = token_endpoint::anthropic;
  how.who = anthropic_endpoint;
  how.now = lent.time()->wall_now();
  how.cure =
      "check that the federation rule matches the identity token, and set the workspace if the "
      "rule "
      "covers several";
  how.secrets = {proof.get()};
  co_return token_of(answer, how);
}

}  // namespace

token_provider federation_source(federation_options options, std::string_view what) {
  const std::string name(what);
  check_setting(options.rule_id, name + ".rule_id", "-_");
  check_setting(options.organization_id, name + ".organization_id", "-_");
  if (!options.service_account_id.empty())
    check_setting(options.service_account_id, name + ".service_account_id", "-_");
  if (!options.workspace_id.empty())
    check_setting(options.workspace_id, name + ".workspace_id", "-_");
  const bool has_identity = options.identity.type() != credential::kind::none;
  if (options.identity_token_file.empty() != has_identity)
    throw std::invalid_argument(name + ": set one of identity_token_file and identity");
  if (options.identity.token().secret().size() > longest_assertion)
    throw std::invalid_argument(name + ".identity: " + std::string(too_long) +
                                "; give the token alone, or another issuer's");
  const auto shared = std::make_shared<federation>();
  shared->rule = {secure_base(options.base_url, name + ".base_url"), std::move(options.rule_id),
                  std::move(options.organization_id), std::move(options.service_account_id),
                  std::move(options.workspace_id)};
  shared->token_file = std::move(options.identity_token_file);
  shared->identity = std::move(options.identity);
  shared->over = std::move(options.transport);
  return [shared](token_fetch lent) { return federate(shared, std::move(lent)); };
}

}  // namespace detail

credential anthropic_federation(federation_options options) {
  return credential::oauth(detail::federation_source(std::move(options), "federation_options"));
}

}  // namespace reroute
