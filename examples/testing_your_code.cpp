// Testing your own code: scripted routes and a clock that jumps; minutes pass in a moment.
#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>
#include <reroute/testing/script.hpp>

#include "examples/support/errors.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
namespace faces = reroute::testing::faces;

// the code under test
asio::awaitable<void> summarize(reroute::client& claude, std::string& summary) {
  auto question =
      reroute::message_request("claude-opus-4-8").max_tokens(500).user("Summarize: ...");
  const reroute::message reply = co_await claude.create(question);
  summary = reply.text();
}

// [test]
int main() try {
  asio::io_context io;
  auto time = std::make_shared<reroute::testing::manual_clock>();
  auto route = std::make_shared<reroute::testing::script>(time);
  route->expect("POST", "/v1/messages")
      .answers(faces::anthropic_429(20s))
      .answers(faces::ok("All is well."), 3s);

  reroute::client claude(
      io, {.routes = {reroute::anthropic({.api_key = "any", .transport = route})}, .time = time});
  std::string summary;
  asio::co_spawn(io, summarize(claude, summary), examples::rethrow);
  const auto passed = time->run(io);

  const bool waited = passed >= 23s && route->heard().size() == 2;
  std::cout << summary << " after "
            << std::chrono::duration_cast<std::chrono::seconds>(passed).count()
            << " virtual seconds\n";
  return summary == "All is well." && waited && route->failures().empty() ? 0 : 1;
} catch (const std::exception& problem) {
  return examples::report(problem);
}
// [test]
