// reroute as it is measured: the bare transport, and the whole client over it.
#include "bench/loopback/own_clients.hpp"

#include <asio/co_spawn.hpp>
#include <asio/strand.hpp>

#include <optional>
#include <stdexcept>
#include <utility>

namespace loopback {
namespace {

using namespace std::chrono_literals;
using ask = asio::awaitable<std::size_t> (*)(own_clients&);

struct progress {
  std::size_t left = 0, ended = 0;
};

asio::awaitable<void> caller(own_clients& in, progress& done, ask how) {
  while (done.left > 0) {
    --done.left;
    (void)co_await how(in);
    ++done.ended;
  }
}

// as many callers as there may be calls in flight, through the warm-up into the measure
cost run(const place& to, const load& what, ask how, bool strand = false) {
  own_clients here(to, what, strand);
  progress done;
  const std::size_t warm = what.calls / 10 + 2 * what.in_flight();
  done.left = warm + what.calls + what.in_flight();
  for (std::size_t i = 0; i < what.in_flight(); ++i) {
    asio::co_spawn(here.io, caller(here, done, how), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  while (done.ended < warm && here.io.run_one() > 0) {
  }
  const std::size_t before = done.ended;
  const stopwatch watch;
  while (done.ended < before + what.calls && here.io.run_one() > 0) {
  }
  const cost used = watch.over(done.ended - before);
  while (done.ended < warm + what.calls + what.in_flight() && here.io.run_one() > 0) {
  }
  return used;
}

}  // namespace

own_clients::own_clients(const place& to, const load& what, bool strand)
    : text(user_text(what.body_bytes)) {
  asio::any_io_executor on = io.get_executor();
  if (strand) on = asio::make_strand(io);
  reroute::https_options https;
  https.tls.ca_pem = to.ca_pem;
  https.max_connections = what.connections;
  https.max_connecting = what.connections;
  https.connect_timeout = 10min;
  https.max_streams = what.streams;
  https.versions = what.http2 ? reroute::http_versions::http2_or_1 : reroute::http_versions::http1;
  over = reroute::make_https_transport(on, https);
  reroute::anthropic_options options;
  options.api_key = "fake-key";
  options.base_url = "https://localhost:" + std::to_string(to.port);
  options.limits.requests_per_minute = 6e9;
  options.limits.burst = 1e9;
  options.transport = over;
  route = reroute::anthropic(std::move(options));
  reroute::client_options all;
  all.routes = {route};
  claude = std::make_unique<reroute::client>(on, std::move(all));
  const auto encoded = request().encode(reroute::operation::create);
  const reroute::write_context context{reroute::operation::create, encoded, "claude",
                                       reroute::credential::kind::key, "fake-key"};
  bare = route.write(context);
}

reroute::message_request own_clients::request() const {
  return reroute::message_request("claude").max_tokens(64).user(text);
}

asio::awaitable<std::size_t> ask_bare(own_clients& in) {
  reroute::exchange_result got = co_await in.over->exchange(in.bare);
  if (got.error) throw std::system_error(got.error.code, got.error.detail);
  if (got.head.status != 200) throw std::runtime_error("status " + std::to_string(got.head.status));
  std::string body;
  for (bool last = false; !last;) {
    const reroute::body_piece piece = co_await got.body->read();
    if (piece.error) throw std::system_error(piece.error.code, piece.error.detail);
    body += piece.bytes;
    last = piece.last;
  }
  co_return body.size();
}

asio::awaitable<std::size_t> ask_create(own_clients& in) {
  const reroute::message_request question = in.request();
  const reroute::message reply = co_await in.claude->create(question);
  co_return reply.text().size();
}

cost run_transport(const place& to, const load& what) { return run(to, what, ask_bare); }
cost run_create(const place& to, const load& what) { return run(to, what, ask_create); }
cost run_create_on_strand(const place& to, const load& what) {
  return run(to, what, ask_create, true);
}

}  // namespace loopback
