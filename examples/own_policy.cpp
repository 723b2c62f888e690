// An own policy: decide yourself what is worth another try; the rest stays as it is.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>

// [policy]
// a batch job: never pay for another route because of a mere rate limit, and give up early on
// faults
reroute::decision thrifty(const reroute::normalized_error& error, const reroute::progress& so_far) {
  if (error.category == reroute::category::rate_limit) return reroute::decision::retry;
  if (error.category == reroute::category::server && so_far.attempts >= 2)
    return reroute::decision::stop;
  return reroute::default_policy(error, so_far);
}
// [policy]

asio::awaitable<void> ask(reroute::client& claude) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(64).user("Hello?");
  const reroute::message reply = co_await claude.create(question);
  std::cout << "answered via " << reply.route() << '\n';
}

int main() try {
  const examples::place here;
  asio::io_context io;
  reroute::observer watch;
  watch.at_refusal = [](const reroute::refusal_event& event) { std::cout << event.error << '\n'; };
  watch.at_outcome = [](const reroute::outcome_event& event) {
    std::cout << event.outcome << '\n';
  };
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()}),
                                         reroute::azure_foundry({.base_url = here.azure_url(),
                                                                 .api_key = here.azure_key()})},
                              .plan = reroute::in_order(3),
                              .decide = thrifty,
                              .observer = watch,
                              .https = here.https()});
  asio::co_spawn(io, ask(claude), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
