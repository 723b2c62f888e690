// A program of somebody else's: uses the client and the doubles for tests, as installed.
#include <reroute/reroute.hpp>
#include <reroute/testing/manual_clock.hpp>

#include <asio/io_context.hpp>

#include <iostream>
#include <stdexcept>

int main() {
  asio::io_context io;
  auto time = std::make_shared<reroute::testing::manual_clock>();
  reroute::client claude(
      io, {.routes = {reroute::anthropic({.api_key = "none"})}, .time = time});
  try {
    reroute::client nothing(io, {});
    return 1;
  } catch (const std::invalid_argument& problem) {
    std::cout << problem.what() << '\n';
  }
}
