// ask "question": over whatever routes the environment names; prints the answer, the route, the attempts.
#include <reroute/reroute.hpp>

#include "examples/support/place.hpp"

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <iostream>
#include <optional>
#include <string>
#include <vector>

namespace {

asio::awaitable<void> ask(reroute::client& claude, reroute::message_request question,
                          int& exit_code) {
  try {
    const reroute::message reply = co_await claude.create(question);
    std::cout << reply.text() << "\n\n(" << reply.route() << ", " << reply.model() << ", "
              << reply.usage().output_tokens << " tokens)\n";
    exit_code = 0;
  } catch (const reroute::api_error& failed) {
    std::cerr << failed.outcome() << '\n';
  }
}

// the fake's routes, for a first look without a key
std::vector<reroute::route> fake_routes(const examples::place& here) {
  return {reroute::anthropic({.api_key = here.anthropic_key(), .base_url = here.anthropic_url()}),
          reroute::azure_foundry({.base_url = here.azure_url(), .api_key = here.azure_key()})};
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App options("Asks Claude over the routes that the environment names.");
  std::string text, model = "claude-opus-4-8";
  bool fake = false, story = false;
  options.add_option("question", text, "What to ask")->required();
  options.add_option("-m,--model", model, "The model, as you call it")->capture_default_str();
  options.add_flag("--fake", fake, "Ask a fake Claude on this machine: no key, no network");
  options.add_flag("-v,--verbose", story, "Print every attempt");
  CLI11_PARSE(options, argc, argv);

  reroute::client_options settings;
  std::optional<examples::place> here;
  if (fake) {
    here.emplace();
    settings.routes = fake_routes(*here);
    settings.https = here->https();
  } else {
    auto found = reroute::routes_from_environment();
    settings.routes = std::move(found.routes);
    if (settings.routes.empty()) {
      std::cerr << "No route is set up:\n";
      for (const std::string& note : found.notes)
        std::cerr << "  " << note << '\n';
      std::cerr
          << "Keys come from console.anthropic.com, or from your Foundry resource's page in the "
             "Azure portal.\nWithout one, try: ask --fake \"question\"\n";
      return 2;
    }
  }
  settings.observer.at_outcome = [&](const reroute::outcome_event& event) {
    if (story || event.outcome.attempts.size() > 1) std::cerr << event.outcome << '\n';
  };

  asio::io_context io;
  reroute::client claude(io, std::move(settings));
  int exit_code = 1;
  asio::co_spawn(
      io, ask(claude, reroute::message_request(model).max_tokens(2048).user(text), exit_code),
      asio::detached);
  io.run();
  return exit_code;
}
