// One call: a complete program.
// [program]
#include <reroute/reroute.hpp>

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

asio::awaitable<void> ask(reroute::client& claude) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  const reroute::message reply = co_await claude.create(question);
  std::cout << reply.text() << " via " << reply.route() << '\n';
}

int main() try {
  asio::io_context io;
  // ANTHROPIC_API_KEY, ANTHROPIC_FOUNDRY_API_KEY with _RESOURCE, profiles: as the official SDKs
  const auto found = reroute::routes_from_environment();
  for (const std::string& each : found.problems)
    std::cerr << each << '\n';
  reroute::client claude(io, {.routes = found.routes});
  asio::co_spawn(io, ask(claude), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);  // out of io.run()
  });
  io.run();
} catch (const reroute::api_error& failed) {
  std::cerr << failed.outcome() << '\n';  // why it ended, and every attempt
  return 1;
} catch (const std::exception& problem) {
  std::cerr << problem.what() << '\n';
  return 1;
}
// [program]
