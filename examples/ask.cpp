// ask "question": over whatever routes the environment names; prints the answer as it comes, the route,
// the attempts.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

// the fake's routes, for a first look without a key
std::vector<reroute::route> fake_routes(const examples::place& here) {
  return {reroute::anthropic({.api_key = here.anthropic_key(), .base_url = here.anthropic_url()}),
          reroute::azure_foundry({.base_url = here.azure_url(), .api_key = here.azure_key()})};
}

// a route that is half set up is told of, even where another one will answer
std::vector<reroute::route> environment_routes() {
  reroute::environment_routes found = reroute::routes_from_environment();
  for (const std::string& problem : found.problems)
    std::cerr << problem << '\n';
  if (found.routes.empty()) {
    std::cerr << "No route is set up.\n";
    for (const std::string& cure : found.unset)
      std::cerr << "  " << cure << '\n';
    std::cerr
        << "Keys come from console.anthropic.com, or from your Foundry resource's page in the "
           "Azure portal.\nWithout one, try: ask --fake \"question\"\n";
  }
  return std::move(found.routes);
}

// the text as it comes; then the outcome, which tells why it ended, and every attempt
asio::awaitable<void> print(reroute::client& claude, reroute::message_request question,
                            int* exit_code) {
  try {
    reroute::message_stream stream = co_await claude.stream(question);
    while (std::optional<std::string> text = co_await stream.next_text())
      std::cout << *text << std::flush;
    const reroute::message reply = co_await stream.finish();
    std::cout << "\n\n(" << reply.route() << ", " << reply.model() << ", "
              << reply.usage().output_tokens << " tokens)\n"
              << stream.outcome() << '\n';
    *exit_code = 0;
  } catch (const reroute::api_error& failed) {
    if (failed.error().after_content) std::cout << std::endl;
    std::cerr << failed.outcome() << '\n';
  }
}

}  // namespace

int main(int argc, char** argv) try {
  CLI::App options("Asks Claude over the routes that the environment names.");
  std::string text, model = "claude-opus-4-8";
  double deadline = 600;
  bool fake = false;
  options.add_option("question", text, "What to ask")->required();
  options.add_option("-m,--model", model, "The model, as you call it")->capture_default_str();
  options.add_option("-d,--deadline", deadline, "Give up after so many seconds")
      ->check(CLI::Range(0.001, 86400.0))
      ->capture_default_str();
  options.add_flag("--fake", fake, "Ask a fake Claude on this machine: no key, no network");
  CLI11_PARSE(options, argc, argv);

  reroute::client_options settings;
  std::optional<examples::place> here;
  if (fake) {
    here.emplace();
    settings.https = here->https();
  }
  settings.routes = fake ? fake_routes(*here) : environment_routes();
  if (settings.routes.empty()) return 2;
  settings.deadline = std::chrono::milliseconds(static_cast<int>(deadline * 1000));

  asio::io_context io;
  reroute::client claude(io, std::move(settings));
  int exit_code = 1;
  asio::co_spawn(
      io, print(claude, reroute::message_request(model).max_tokens(2048).user(text), &exit_code),
      examples::rethrow);
  io.run();
  return exit_code;
} catch (const std::exception& problem) {
  return examples::report(problem);
}
