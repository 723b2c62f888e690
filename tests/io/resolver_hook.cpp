// A resolver of the user's own.
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <asio/error.hpp>
#include <asio/ip/address.hpp>

#include <chrono>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;
using namespace std::chrono_literals;

namespace {

using addresses = std::vector<asio::ip::address>;

http::request post_to(const world& stage, const scripted_server& server, const std::string& host) {
  auto request = stage.post(server, "found");
  request.url.host = host;
  return request;
}

}  // namespace

TEST_CASE("a resolver of one's own finds the way, and is asked once a minute") {
  world stage;
  std::vector<std::string> asked;
  stage.options.allow_plain_http = true;
  stage.options.keep_alive = 1ms;
  stage.options.resolver = [&](std::string host) -> asio::awaitable<addresses> {
    asked.push_back(host);
    addresses found{asio::ip::address_v4::loopback()};
    co_return found;
  };
  scripted_server server(stage.io, {}, echo);
  for (int i = 0; i < 2; ++i) {
    CHECK(stage.ask(post_to(stage, server, "gateway.internal")).body == "found");
    stage.time->advance(1s);
  }
  CHECK(asked == std::vector<std::string>{"gateway.internal"});
  CHECK(server.accepted() == 2);
}

TEST_CASE("what a resolver throws is an error of the look-up") {
  const int how = GENERATE(0, 1, 2, 3);
  world stage;
  stage.options.allow_plain_http = true;
  stage.options.resolver = [how](std::string) -> asio::awaitable<addresses> {
    if (how == 0) throw std::system_error(make_error_code(asio::error::host_not_found_try_again));
    if (how == 1) throw std::runtime_error("consul down");
    if (how == 2) throw 42;
    co_return addresses();
  };
  scripted_server server(stage.io, {}, echo);
  const auto got = stage.ask(post_to(stage, server, "nobody.internal"));
  CHECK(got.error.code == errc::host_not_found);
  CHECK_FALSE(got.error.sent);
  const char* const said[] = {"resolver threw: ", "resolver threw: consul down",
                              "resolver threw: something that is no std::exception",
                              "the name has no address"};
  CHECK_THAT(got.error.detail, Catch::Contains(said[how]) && Catch::Contains("nobody.internal"));
}
