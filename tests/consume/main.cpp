// A program of somebody else's: one call by the door, over a scripted route, in virtual time.
#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>
#include <reroute/testing/script.hpp>

#include <asio/io_context.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <string>
#include <system_error>

namespace faces = reroute::testing::faces;

int main() {
  asio::io_context io;
  auto time = std::make_shared<reroute::testing::manual_clock>();
  auto route = std::make_shared<reroute::testing::script>(time);
  route->expect("POST", "/v1/messages")
      .answers(faces::anthropic_429(std::chrono::seconds(20)))
      .answers(faces::ok("Hello."));

  reroute::client claude(
      io, {.routes = {reroute::anthropic({.api_key = "any", .transport = route})}, .time = time});
  std::string said;
  claude.async_create(reroute::message_request("claude-opus-4-8").user("Hello?"),
                      [&](std::error_code code, const reroute::outcome& result) {
                        said = code ? code.message() : result.answer->text();
                      });
  time->run(io);
  std::cout << said << '\n';
  return said == "Hello." && route->failures().empty() ? 0 : 1;
}
