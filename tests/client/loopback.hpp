// A client and a fake Claude on one loop, over real sockets, in virtual time.
#pragma once

#include <reroute/reroute.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/manual_clock.hpp>

#include <asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tests {

namespace fakes = reroute::testing;

inline fakes::fake_route_options with_face(fakes::face wearing) {
  fakes::fake_route_options options;
  options.face = wearing;
  return options;
}

struct loopback {
  explicit loopback(fakes::fake_route_options a_options = {},
                    fakes::fake_route_options b_options = with_face(fakes::face::azure),
                    reroute::client_options options = {}, reroute::anthropic_options a_route = {})
      : a(fake.add_route(std::move(a_options))), b(fake.add_route(std::move(b_options))) {
    if (a_route.credential.type() == reroute::credential::kind::none) a_route.api_key = a.key();
    a_route.base_url = a.base_url();
    a_route.allow_plain_http = true;
    options.routes = {reroute::anthropic(std::move(a_route)),
                      reroute::azure_foundry({.base_url = b.base_url(), .api_key = b.key()})};
    options.time = time;
    options.seed = 1;
    options.https.tls.ca_pem = fake.ca_pem();
    options.https.allow_plain_http = true;
    claude.emplace(io, std::move(options));
  }

  static reroute::message_request question(std::size_t number = 0) {
    return reroute::message_request("claude")
        .max_tokens(16)
        .user_id("user-" + std::to_string(number))
        .user("hello?");
  }
  std::shared_ptr<reroute::outcome> call(reroute::call_options options = {},
                                         std::size_t number = 0) {
    auto end = std::make_shared<reroute::outcome>();
    claude->async_create(question(number), options,
                         [this, end](std::error_code code, reroute::outcome got) {
                           *end = std::move(got);
                           codes.push_back(code);
                         });
    return end;
  }
  /// Runs until so many calls have ended.
  bool run_until(std::size_t ended) {
    return time->run_until(io, [&] { return codes.size() >= ended; });
  }
  reroute::outcome run(reroute::call_options options = {}) {
    const std::size_t before = codes.size();
    const auto end = call(options, ++last_number);
    finished = run_until(before + 1);
    return *end;
  }

  asio::io_context io;
  std::shared_ptr<fakes::manual_clock> time = std::make_shared<fakes::manual_clock>();
  fakes::fake_claude fake{io.get_executor(), time};
  fakes::fake_route a, b;
  std::vector<std::error_code> codes;
  bool finished = false;
  std::size_t last_number = 1000;
  std::optional<reroute::client> claude;
};

}  // namespace tests
