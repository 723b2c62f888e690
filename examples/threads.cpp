// A loop that several threads run: one client, made with the context, serves all of them.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_future.hpp>

#include <atomic>
#include <exception>
#include <iostream>
#include <string>

asio::awaitable<void> ask(reroute::client& claude, int number, std::atomic<int>& answers) {
  const auto question = reroute::message_request("claude-opus-4-8")
                            .max_tokens(64)
                            .user("What is the square of " + std::to_string(number) + "?");
  try {
    // may be called on any of the threads; the coroutine goes on on one of them
    (void)co_await claude.create(question);
    ++answers;
  } catch (const reroute::api_error& failed) {
    std::cerr << failed.outcome() << '\n';
  }
}

int main() try {
  const examples::place here;
  std::atomic<int> answers = 0;
  // [threads]
  asio::thread_pool pool(4);  // or an asio::io_context that several threads run
  reroute::client claude(pool, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                               .base_url = here.anthropic_url()})},
                                .https = here.https()});
  for (int number = 1; number <= 100; ++number)
    asio::co_spawn(pool, ask(claude, number, answers), examples::rethrow);
  // what is no call is asked on the client's own strand
  const reroute::client_stats stats =
      asio::post(claude.get_executor(), asio::use_future([&] { return claude.stats(); })).get();
  pool.join();  // the client ends behind its threads
  // [threads]
  std::cout << stats.calls << " calls had begun, " << answers << " answers on four threads\n";
  return answers == 100 ? 0 : 1;
} catch (const std::exception& problem) {
  return examples::report(problem);
}
