// The fake Claude: its routes, and the handles to them.
#include <reroute/testing/fake_claude.hpp>

#include "testing/certificates.hpp"
#include "testing/fake_listener.hpp"
#include "testing/limit_rules.hpp"

#include <stdexcept>
#include <utility>

namespace reroute::testing {
namespace {

void check(const fake_route_options& options) {
  const auto must = [](bool holds, const char* text) {
    if (!holds) throw std::invalid_argument(std::string("fake_route_options::") + text);
  };
  must(options.rate >= 0, "rate: must not be negative");
  must(options.burst >= 1, "burst: must be at least 1");
  must(options.input_tokens >= 0, "input_tokens: must not be negative");
  must(options.input_tokens_burst >= 0, "input_tokens_burst: must not be negative");
  must(options.output_tokens >= 0, "output_tokens: must not be negative");
  must(options.output_tokens_burst >= 0, "output_tokens_burst: must not be negative");
  must(options.window.count() > 0, "window: must be longer than nothing");
  for (const limit_rule& each : options.limits)
    if (const char* const wrong = objection_to(each))
      throw std::invalid_argument(std::string("fake_route_options::limits: ") + wrong);
  must(options.max_body <= 64U * 1024 * 1024, "max_body: must be at most 64 MiB");
}

}  // namespace

// ---- handles

std::string fake_route::base_url() const {
  return std::string(state_->plain_http() ? "http" : "https") +
         "://127.0.0.1:" + std::to_string(state_->port) +
         (state_->wearing() == face::azure ? "/anthropic" : "");
}

std::uint16_t fake_route::port() const { return state_->port; }
const std::string& fake_route::key() const { return state_->key(); }
void fake_route::refuse_for(std::chrono::milliseconds time) { state_->refuse_for(time); }
void fake_route::inject(fault what) { state_->inject(what); }
void fake_route::clear_faults() { state_->clear_faults(); }
void fake_route::set_quota(double factor) { state_->set_quota(factor); }
void fake_route::set_neighbour(double share) { state_->set_neighbour(share); }
void fake_route::set_bearer_tokens(std::vector<std::string> tokens) {
  state_->set_bearer_tokens(std::move(tokens));
}
void fake_route::drop_connections() { state_->drop_connections(); }
fake_log fake_route::log() const { return state_->log(); }
std::optional<fake_request> fake_route::last_request() const { return state_->last_request(); }

// ---- the server

struct fake_claude::shared {
  asio::any_io_executor executor;
  std::shared_ptr<clock> time;
  std::uint64_t seed;
  std::chrono::milliseconds hearing_time{100};
  throwaway_ca ca;
  std::shared_ptr<admissions> admitted = std::make_shared<admissions>();
  std::vector<std::shared_ptr<fake_route_state>> routes;
  std::vector<std::weak_ptr<fake_listener>> listeners;  // they belong to the loop
};

fake_claude::fake_claude(asio::any_io_executor executor, std::shared_ptr<clock> time,
                         std::uint64_t seed)
    : shared_(std::make_shared<shared>()) {
  shared_->executor = std::move(executor);
  shared_->time = std::move(time);
  shared_->seed = seed;
}

fake_claude::~fake_claude() { stop(); }

void fake_claude::stop() {
  for (const auto& each : std::exchange(shared_->listeners, {})) {
    if (const auto listener = each.lock()) listener->stop();
  }
}

fake_route fake_claude::add_route(fake_route_options options) {
  check(options);
  const certified_key shown =
      options.plain_http ? certified_key() : shared_->ca.issue(options.certificate);
  auto route = std::make_shared<fake_route_state>(std::move(options), shared_->time,
                                                  ++shared_->seed, shared_->admitted);
  route->set_hearing_time(shared_->hearing_time);
  const auto listener = std::make_shared<fake_listener>(shared_->executor, route, shown);
  route->port = listener->port();
  listener->start();
  shared_->routes.push_back(route);
  shared_->listeners.push_back(listener);
  return fake_route(std::move(route));
}

const std::string& fake_claude::ca_pem() const { return shared_->ca.pem(); }

void fake_claude::set_hearing_time(std::chrono::milliseconds time) {
  shared_->hearing_time = time;
  for (const auto& route : shared_->routes)
    route->set_hearing_time(time);
}

std::size_t fake_claude::admitted_twice() const { return shared_->admitted->admitted_twice(); }

std::size_t fake_claude::asked_after_answer() const {
  return shared_->admitted->asked_after_answer();
}

std::map<std::string, request_log> fake_claude::requests() const {
  return shared_->admitted->all();
}

}  // namespace reroute::testing
