// An existing loop: callbacks, futures and cancellation beside everything else that runs there.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/use_future.hpp>

#include <exception>
#include <iostream>
#include <thread>

int main() try {
  const examples::place here;
  asio::io_context io;  // the program's own loop, with its own work
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()})},
                              .https = here.https()});
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(64).user("Hello?");

  // [callback]
  claude.async_create(question, [](std::error_code failed, reroute::outcome result) {
    if (failed) {
      std::cerr << result << '\n';  // why it ended, and every attempt
    } else {
      std::cout << "callback: " << result.answer->text() << '\n';
    }
  });
  // [callback]

  asio::cancellation_signal stop;
  claude.async_create(question, reroute::call_options().priority(reroute::priority::batch),
                      asio::bind_cancellation_slot(
                          stop.slot(), [](std::error_code failed, const reroute::outcome&) {
                            std::cout << "cancelled: " << failed.message() << '\n';
                          }));
  stop.emit(asio::cancellation_type::terminal);
  io.run();

  // [future]
  io.restart();
  auto busy = asio::make_work_guard(io);
  std::thread loop([&io] { io.run(); });
  std::future<reroute::message> reply =
      asio::co_spawn(io, claude.create(question), asio::use_future);
  // [future]
  busy.reset();
  loop.join();  // its loop ends behind the call
  std::cout << "future: " << reply.get().text() << '\n';
} catch (const std::exception& problem) {
  return examples::report(problem);
}
