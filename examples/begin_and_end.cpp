// A service's beginning and end: warm before the first call, and gone in order when it is told to stop.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <system_error>
#include <vector>

using namespace std::chrono_literals;

// [begin]
asio::awaitable<void> begin(reroute::client& claude) {
  const std::vector<reroute::route_warmth> routes = co_await claude.warm_up();
  for (const reroute::route_warmth& each : routes) {
    if (each.warm()) std::cout << each.route << " is warm\n";
    if (!each.warm()) std::cerr << each.error << '\n';  // the others are there all the same
  }
}
// [begin]

// [end]
asio::awaitable<void> end(reroute::client& claude) {  // on SIGTERM, say
  try {
    co_await claude.drain(30s);  // no new calls; those that have begun finish
    std::cout << "all is done\n";
  } catch (const std::system_error& late) {
    std::cerr << "given up: " << late.code().message() << '\n';
  }
}
// [end]

asio::awaitable<void> life(reroute::client& claude) {
  co_await begin(claude);
  const auto question = reroute::message_request("claude-opus-4-8").max_tokens(64).user("Hello?");
  claude.async_create(question, [](std::error_code failed, const reroute::outcome& last) {
    (failed ? std::cerr : std::cout) << "the last call: " << last << '\n';
  });
  co_await end(claude);
}

int main() try {
  const examples::place here;
  asio::io_context io;
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()}),
                                         reroute::azure_foundry({.base_url = here.azure_url(),
                                                                 .api_key = here.azure_key()})},
                              .https = here.https()});
  asio::co_spawn(io, life(claude), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
