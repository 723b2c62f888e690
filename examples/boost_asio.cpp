// Boost.Asio's loop: a reroute that was built with -DREROUTE_ASIO=boost is awaited there as anything else.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <iostream>

// [boost_asio]
boost::asio::awaitable<void> ask(reroute::client& claude) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(256).user("Say hello.");
  reroute::message reply = co_await claude.create(question);
  std::cout << reply.text() << " via " << reply.route() << '\n';

  // with a token of Boost.Asio's an error is its own kind: a boost::system::error_code
  auto [failed, result] =
      co_await claude.async_create(question, boost::asio::as_tuple(boost::asio::use_awaitable));
  if (!failed) std::cout << result.answer->text() << " again\n";
}
// [boost_asio]

int main() try {
  const examples::place here;
  boost::asio::io_context io;
  reroute::client claude(io, {.routes = {reroute::anthropic({.api_key = here.anthropic_key(),
                                                             .base_url = here.anthropic_url()})},
                              .https = here.https()});
  boost::asio::co_spawn(io, ask(claude), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
