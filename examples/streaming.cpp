// An answer that comes in pieces; and what to do when it breaks off in the middle.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>
#include <optional>
#include <string>

// [stream]
asio::awaitable<void> tell(reroute::client& claude, reroute::message_request question,
                           bool again = true) {
  std::optional<reroute::outcome> broken;
  try {
    reroute::message_stream stream = co_await claude.stream(question);
    while (std::optional<std::string> text = co_await stream.next_text())
      std::cout << *text << std::flush;
    reroute::message whole = co_await stream.finish();  // all of it, with its usage
    std::cout << "\n(" << whole.usage() << ", via " << whole.route() << ")\n";
  } catch (const reroute::api_error& failed) {
    broken = failed.outcome();
  }
  if (!broken) co_return;
  std::cout << "\n[" << broken->error << "]\n";
  // nothing is repeated by itself once text was handed out: the caller decides
  if (broken->error.after_content && again)
    co_await tell(claude, broken->resume.apply(question), false);
}
// [stream]

int main() try {
  examples::place here;
  here.next_stream_breaks_off();
  asio::io_context io;
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()})},
                              .https = here.https()});
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  asio::co_spawn(io, tell(claude, question), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
