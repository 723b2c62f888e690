// Two routes: while one refuses, the calls go over the other, and nobody sleeps.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <map>
#include <string>

using namespace std::chrono_literals;

asio::awaitable<void> ask(reroute::client& claude, int number,
                          std::map<std::string, int>& answers) {
  auto question = reroute::message_request("claude-opus-4-8");
  question.max_tokens(64).user("What is the square of " + std::to_string(number) + "?");
  const reroute::message reply =
      co_await claude.create(question, reroute::call_options().deadline(2min));
  ++answers[std::string(reply.route())];
}

int main() try {
  examples::place here;
  here.anthropic_refuses_for(30s);
  asio::io_context io;
  // [two_routes]
  reroute::client claude(
      io, {.routes = {reroute::anthropic(
                          {.api_key = here.anthropic_key(), .base_url = here.anthropic_url()}),
                      reroute::azure_foundry({.base_url = here.azure_url(),
                                              .api_key = here.azure_key(),
                                              .models = {{"claude-opus-4-8", "opus-prod"}}})},
           .https = here.https()});
  // [two_routes]
  std::map<std::string, int> answers;
  for (int number = 1; number <= 20; ++number)
    asio::co_spawn(io, ask(claude, number, answers), examples::rethrow);
  io.run();
  for (const auto& [route, count] : answers)
    std::cout << count << " answers via " << route << '\n';
  return answers.empty() ? 1 : 0;
} catch (const std::exception& problem) {
  return examples::report(problem);
}
