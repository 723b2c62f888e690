// One call over one route: build a request, await the message.
#include <reroute/reroute.hpp>

#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <iostream>

// [ask]
asio::awaitable<void> ask(reroute::client& claude) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  try {
    reroute::message reply = co_await claude.create(question);
    std::cout << reply.text() << " via " << reply.route() << '\n';
  } catch (const reroute::api_error& failed) {
    std::cerr << failed.outcome() << '\n';  // the end, and every attempt
  }
}
// [ask]

int main() {
  const examples::place here;
  asio::io_context io;
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()})},
                              .https = here.https()});
  asio::co_spawn(io, ask(claude), asio::detached);
  io.run();
}
