// nginx in front of our application.
#include "tests/peers/proxied.hpp"
#include "tests/peers/trials.hpp"
#include "tests/support/catch.hpp"

#include <csignal>

using namespace reroute;
using namespace reroute::peers;

namespace {

const server_kind nginx = {"nginx",
                           "nginx-light",
                           {"-e", "stderr", "-p", "@FOLDER@", "-c", "@CONFIGURATION@"},
                           R"(
daemon off;
user root root;
worker_processes 1;
pid @FOLDER@/pid;
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  client_body_temp_path @FOLDER@/body;
  proxy_temp_path @FOLDER@/proxy;
  fastcgi_temp_path @FOLDER@/fastcgi;
  uwsgi_temp_path @FOLDER@/uwsgi;
  scgi_temp_path @FOLDER@/scgi;
  client_max_body_size 0;
  server {
    listen 127.0.0.1:@PORT@ ssl http2;
    ssl_certificate @CERTIFICATE@;
    ssl_certificate_key @KEY@;
    ssl_protocols TLSv1.2 TLSv1.3;
    set $protocol 1.1;
    if ($server_protocol = HTTP/2.0) { set $protocol 2; }
    add_header x-protocol $protocol;
    add_header x-connection $remote_port;
    @EXTRA@
    location / {
      proxy_pass http://127.0.0.1:@APP@;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
)"};

http_versions either() {
  const auto versions = GENERATE(http_versions::http2_or_1, http_versions::http1);
  CAPTURE(versions == http_versions::http1);
  return versions;
}

}  // namespace

TEST_CASE("nginx keeps connections alive") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) keeps_alive(here);
}

TEST_CASE("nginx answers many calls at once") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) many_at_once(here);
}

TEST_CASE("nginx passes on chunks and trailers") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) chunks_and_trailers(here);
}

TEST_CASE("nginx closes connections after a few requests") {
  stage here(either());
  const auto peer = proxied::start(here, nginx, "keepalive_requests 5;");
  if (!peer) return;
  closes_between(here);
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(here.start("/echo/" + std::to_string(i), "x"));
  CHECK(all_are(here.finish(all), 200));
  int once = 0;
  for (int i = 0; i < 100; ++i)
    once += peer->app.asked["/echo/" + std::to_string(i)] == 1;
  CHECK(once == 100);
}

TEST_CASE("nginx passes on an answer that is cut short") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) cut_short(here);
}

TEST_CASE("a large upload to nginx holds up nobody") {
  stage here(either());
  const auto extra = GENERATE("", "proxy_request_buffering off; client_body_buffer_size 16k;");
  if (const auto peer = proxied::start(here, nginx, extra)) large_upload(here);
}

TEST_CASE("a large download from nginx holds up nobody") {
  stage here(either());
  const auto extra = GENERATE("", "proxy_buffering off;");
  if (const auto peer = proxied::start(here, nginx, extra)) large_download(here);
}

TEST_CASE("calls to nginx that are given up") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx))
    given_up(
        here, [&] { return peer->app.waiting(); }, [&] { peer->app.release(); });
}

TEST_CASE("the whole client on nginx") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) whole_client(here);
}

TEST_CASE("nginx takes a new configuration under load") {
  stage here(either());
  if (const auto peer = proxied::start(here, nginx)) reloads(here, *peer, SIGHUP);
}

TEST_CASE("nginx allows few streams, and opens its windows late") {
  stage here(http_versions::http2_or_1);
  here.options.max_connections = 8;
  const auto streams = GENERATE(1, 3);
  CAPTURE(streams);
  const auto peer = proxied::start(
      here, nginx,
      "http2_max_concurrent_streams " + std::to_string(streams) + "; http2_body_preread_size 0;");
  if (!peer) return;
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(here.start("/echo", pattern(3000)));
  const auto answers = here.finish(all);
  CHECK(all_are(answers, 200));
  CHECK(connections(answers).size() > 1);
  CHECK(connections(answers).size() <= 8);
  large_upload(here);
}

TEST_CASE("nginx refuses what is too large, before it has come") {
  stage here(either());
  const auto peer = proxied::start(here, nginx, "client_max_body_size 1k;");
  if (!peer) return;
  for (int i = 0; i < 3; ++i) {
    CHECK(all_are({here.ask("/count", pattern(5'000'000))}, 413));
    CHECK(all_are({here.ask("/echo", "small")}, 200));
  }
}
