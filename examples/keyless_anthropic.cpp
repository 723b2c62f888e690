// Anthropic direct without a key: the workload's own token is exchanged for a short-lived one.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/keyless_place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace {

asio::awaitable<void> ask(reroute::client& claude, examples::keyless_place& here) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  try {
    reroute::message reply = co_await claude.create(question);
    std::cout << reply.text() << " with token " << here.exchanges() << '\n';
    here.revoke_tokens();  // the API answers 401 now: one new token, and the same call once more
    reply = co_await claude.create(question);
    std::cout << reply.text() << " with token " << here.exchanges() << '\n';
  } catch (const reroute::api_error& failed) {
    std::cerr << failed.outcome() << '\n';
  }
}

}  // namespace

int main() try {
  examples::keyless_place here;
  asio::io_context io;
  // [federation]
  // on Azure: .identity = reroute::entra::managed_identity({.scope = "api://APP_ID/.default"})
  auto token = reroute::anthropic_federation({.rule_id = "fdrl_012345",
                                              .organization_id = "0a1b2c3d-example",
                                              .identity_token_file = here.identity_token_file(),
                                              .base_url = here.token_url()});
  reroute::client claude(
      io, {.routes = {reroute::anthropic({.credential = token, .base_url = here.anthropic_url()})},
           .https = here.https()});
  // [federation]
  asio::co_spawn(io, ask(claude, here), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
