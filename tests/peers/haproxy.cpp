// haproxy in front of our application.
#include "tests/peers/proxied.hpp"
#include "tests/peers/trials.hpp"
#include "tests/support/catch.hpp"

#include <csignal>

using namespace reroute;
using namespace reroute::peers;

namespace {

const server_kind haproxy = {"haproxy",
                             "haproxy",
                             {"-W", "-db", "-f", "@CONFIGURATION@"},
                             R"(
global
  maxconn 1000
  nbthread 1
  @EXTRA@
defaults
  mode http
  timeout connect 1m
  timeout client 5m
  timeout server 5m
frontend peers
  bind 127.0.0.1:@PORT@ ssl crt @BOTH@ alpn h2,http/1.1
  http-response set-header x-protocol 2 if { fc_http_major 2 }
  http-response set-header x-protocol 1.1 if { fc_http_major 1 }
  http-response set-header x-connection %[src_port]
  default_backend app
backend app
  server app 127.0.0.1:@APP@
)"};

http_versions either() {
  const auto versions = GENERATE(http_versions::http2_or_1, http_versions::http1);
  CAPTURE(versions == http_versions::http1);
  return versions;
}

}  // namespace

TEST_CASE("haproxy keeps connections alive") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) keeps_alive(here);
}

TEST_CASE("haproxy answers many calls at once") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) many_at_once(here);
}

TEST_CASE("haproxy passes on chunks and trailers") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) chunks_and_trailers(here);
}

TEST_CASE("haproxy passes on early hints") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) early_hints(here);
}

TEST_CASE("an application behind haproxy closes its connections") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) closes_between(here);
}

TEST_CASE("haproxy passes on an answer that is cut short") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) cut_short(here);
}

TEST_CASE("a large upload to haproxy holds up nobody") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) large_upload(here);
}

TEST_CASE("a large download from haproxy holds up nobody") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) large_download(here);
}

TEST_CASE("calls to haproxy that are given up") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy))
    given_up(
        here, [&] { return peer->app.waiting(); }, [&] { peer->app.release(); });
}

TEST_CASE("the whole client on haproxy") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) whole_client(here);
}

TEST_CASE("haproxy takes a new configuration under load") {
  stage here(either());
  if (const auto peer = proxied::start(here, haproxy)) reloads(here, *peer, SIGUSR2);
}

TEST_CASE("haproxy allows few streams and tiny windows") {
  stage here(http_versions::http2_or_1);
  here.options.max_connections = 8;
  const auto streams = GENERATE(1, 3);
  CAPTURE(streams);
  const auto peer = proxied::start(here, haproxy,
                                   "tune.h2.max-concurrent-streams " + std::to_string(streams) +
                                       "\n  tune.h2.initial-window-size 1000");
  if (!peer) return;
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(here.start("/echo", pattern(3000)));
  const auto answers = here.finish(all);
  CHECK(all_are(answers, 200));
  CHECK(connections(answers).size() > 1);
  CHECK(connections(answers).size() <= 8);
}
