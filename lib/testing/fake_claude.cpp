// The fake Claude: listeners, connections, and the handles to its routes.
#include <reroute/testing/fake_claude.hpp>

#include "testing/certificates.hpp"
#include "testing/fake_connection.hpp"
#include "testing/fake_route_state.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <utility>

namespace reroute::testing {

// ---- handles

std::string fake_route::base_url() const {
  return std::string(state_->options.plain_http ? "http" : "https") +
         "://127.0.0.1:" + std::to_string(state_->port) +
         (state_->options.face == face::azure ? "/anthropic" : "");
}

std::uint16_t fake_route::port() const { return state_->port; }

const std::string& fake_route::key() const { return state_->options.key; }

void fake_route::refuse_for(std::chrono::milliseconds time) {
  const std::lock_guard lock(state_->mutex);
  state_->refusing_until = state_->time->now() + time;
}

void fake_route::inject(fault what) {
  const std::lock_guard lock(state_->mutex);
  state_->faults.emplace_back(what, state_->time->now() + what.time);
}

void fake_route::clear_faults() {
  const std::lock_guard lock(state_->mutex);
  state_->faults.clear();
}

void fake_route::set_bearer_tokens(std::vector<std::string> tokens) {
  const std::lock_guard lock(state_->mutex);
  state_->options.bearer_tokens = std::move(tokens);
}

fake_log fake_route::log() const {
  const std::lock_guard lock(state_->mutex);
  return state_->log;
}

// ---- the server

struct fake_claude::shared : std::enable_shared_from_this<shared> {
  shared(asio::any_io_executor on, std::shared_ptr<clock> at, std::uint64_t first_seed)
      : executor(std::move(on)), time(std::move(at)), seed(first_seed) {}

  // a connection can be told to stop through its signal
  void serve(asio::ip::tcp::socket socket, const std::shared_ptr<fake_route_state>& route) {
    const auto place = connections.emplace(connections.end());
    asio::co_spawn(executor, serve_connection(std::move(socket), route),
                   asio::bind_cancellation_slot(
                       place->slot(), [self = shared_from_this(), place](std::exception_ptr) {
                         self->connections.erase(place);
                       }));
  }

  static asio::awaitable<void> listen(std::shared_ptr<shared> self,
                                      std::shared_ptr<fake_route_state> route) {
    while (!self->stopped) {
      std::error_code failed;
      asio::ip::tcp::socket socket =
          co_await route->listener->async_accept(asio::redirect_error(asio::use_awaitable, failed));
      if (self->stopped || failed == asio::error::operation_aborted) co_return;
      if (failed) continue;
      {
        const std::lock_guard lock(route->mutex);
        ++route->log.connections;
      }
      self->serve(std::move(socket), route);
    }
  }

  void stop() {
    if (std::exchange(stopped, true)) return;
    std::error_code ignored;
    for (const auto& route : routes)
      route->listener->close(ignored);
    for (auto& each : connections)
      each.emit(asio::cancellation_type::terminal);
  }

  asio::any_io_executor executor;
  std::shared_ptr<clock> time;
  std::uint64_t seed;
  throwaway_ca ca;
  std::shared_ptr<admissions> admitted = std::make_shared<admissions>();
  std::vector<std::shared_ptr<fake_route_state>> routes;
  std::list<asio::cancellation_signal> connections;
  bool stopped = false;
};

fake_claude::fake_claude(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         std::uint64_t seed)
    : shared_(std::make_shared<shared>(std::move(executor), std::move(time), seed)) {}

fake_claude::~fake_claude() { stop(); }

void fake_claude::stop() { shared_->stop(); }

fake_route fake_claude::add_route(fake_route_options options) {
  auto route = std::make_shared<fake_route_state>(std::move(options), shared_->time,
                                                  ++shared_->seed, shared_->admitted);
  if (!route->options.plain_http) {
    const certified_key shown = shared_->ca.issue(route->options.certificate);
    route->tls.emplace(asio::ssl::context::tls_server);
    route->tls->use_certificate_chain(asio::buffer(shown.certificate));
    route->tls->use_private_key(asio::buffer(shown.key), asio::ssl::context::pem);
  }
  const asio::ip::tcp::endpoint any_port(asio::ip::address_v4::loopback(), 0);
  route->listener.emplace(shared_->executor, any_port);
  route->listener->listen(4096);
  route->port = route->listener->local_endpoint().port();
  shared_->routes.push_back(route);
  asio::co_spawn(shared_->executor, shared::listen(shared_, route), asio::detached);
  return fake_route(std::move(route));
}

const std::string& fake_claude::ca_pem() const { return shared_->ca.pem(); }

void fake_claude::set_hearing_time(std::chrono::milliseconds time) {
  for (const auto& route : shared_->routes)
    route->hearing_time = time;
}

std::size_t fake_claude::admitted_twice() const {
  const std::lock_guard lock(shared_->admitted->mutex);
  const auto& all = shared_->admitted->by_user;
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const auto& each) { return each.second > 1; }));
}

}  // namespace reroute::testing
