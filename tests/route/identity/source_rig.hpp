// One identity source in virtual time, over a stage that plays the token endpoint.
#pragma once

#include <reroute/route/credential.hpp>
#include <reroute/route/entra.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "route/token_cache.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/stage.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tests {

using reroute::detail::token_cache;
using reroute::detail::token_result;

inline line said_at_once(int status, std::string body, reroute::http::headers headers = {}) {
  line said = says(status, std::move(body), std::move(headers));
  said.head_after = std::chrono::milliseconds(0);
  return said;
}

inline line token_line(const std::string& secret = "t-1", int life = 3600) {
  return said_at_once(200, R"({"token_type":"Bearer","expires_in":)" + std::to_string(life) +
                               R"(,"access_token":")" + secret + "\"}");
}

// a machine of Azure Arc, whose agent writes its keys into `folder`
inline reroute::entra::managed_identity_options arc_machine(std::string folder) {
  reroute::entra::managed_identity_options options;
  options.environment = [](std::string_view name) -> std::optional<std::string> {
    if (name == "IDENTITY_ENDPOINT") return "http://localhost:40342/token";
    if (name == "IMDS_ENDPOINT") return "http://localhost:40342";
    return std::nullopt;
  };
  options.arc_key_folder = std::move(folder);
  return options;
}

struct source_rig {
  explicit source_rig(director lines) : peer(std::make_shared<stage>(time, std::move(lines))) {
    time->set_grace(std::chrono::milliseconds(0));
  }

  void use(const reroute::credential& from) {
    reroute::lent_transports lent;
    lent.https = peer;
    lent.plain = peer;
    cache = std::make_unique<token_cache>(
        io.get_executor(), time, from.source(), lent, token_cache::usual_timeout,
        [this](const token_result& warning) { warnings.push_back(warning); });
  }
  // asks, and runs until there is an answer
  token_result now(token_cache::patience kept = token_cache::patience::all,
                   const std::string& refused = {}) {
    std::optional<token_result> got;
    asio::co_spawn(io, ask(cache.get(), refused, kept, &got), asio::detached);
    time->run_until(
        io, [&] { return got.has_value(); }, std::chrono::minutes(10));
    REQUIRE(got);
    return *got;
  }
  // the times of all requests, in seconds since the beginning
  std::vector<int> times() const {
    std::vector<int> all;
    for (const stage::heard& each : peer->requests)
      all.push_back(static_cast<int>((each.at - begin) / std::chrono::seconds(1)));
    return all;
  }

  static asio::awaitable<void> ask(token_cache* cache, std::string refused,
                                   token_cache::patience kept, std::optional<token_result>* got) {
    if (refused.empty()) {
      token_result result = co_await cache->get(kept);
      got->emplace(std::move(result));
    } else {
      token_result result = co_await cache->refresh_after_refusal(refused, kept);
      got->emplace(std::move(result));
    }
  }

  asio::io_context io;
  std::shared_ptr<reroute::testing::manual_clock> time =
      std::make_shared<reroute::testing::manual_clock>();
  const reroute::time_point begin = time->now();
  std::shared_ptr<stage> peer;
  std::vector<token_result> warnings;
  std::unique_ptr<token_cache> cache;
};

}  // namespace tests
