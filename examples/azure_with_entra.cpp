// Claude in Microsoft Foundry without a key: tokens of Entra ID, fetched once for all calls.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/keyless_place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>

namespace {

asio::awaitable<void> ask(reroute::client& claude, int* answered) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  try {
    reroute::message reply = co_await claude.create(question);
    std::cout << reply.text() << " via " << reply.route() << '\n';
    ++*answered;
  } catch (const reroute::api_error& failed) {
    std::cerr << failed.outcome() << '\n';
  }
}

}  // namespace

int main() try {
  examples::keyless_place here;
  asio::io_context io;
  // [entra]
  // the order of Microsoft's SDKs: AZURE_CLIENT_SECRET or _CERTIFICATE_PATH, AZURE_FEDERATED_TOKEN_FILE,
  // the machine's managed identity
  reroute::client claude(
      io, {.routes = {reroute::azure_foundry({.base_url = here.azure_url(),
                                              .credential = reroute::entra::default_credential(
                                                  {.environment = here.environment()})})},
           .https = here.https()});
  // [entra]
  int answered = 0;
  for (int i = 0; i < 100; ++i)
    asio::co_spawn(io, ask(claude, &answered), examples::rethrow);
  io.run();
  std::cout << answered << " answers, " << here.exchanges() << " token fetched\n";
  return answered == 100 ? 0 : 1;
} catch (const std::exception& problem) {
  return examples::report(problem);
}
