// The demo's fake routes.
#include "bench/demo/fake_world.hpp"

#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/testing/fake_server.hpp>

#include <chrono>

namespace demo {
namespace {

using namespace std::chrono_literals;
namespace fakes = reroute::testing;

fakes::fake_route_options route_of(fakes::face face, double rate, fakes::refusal_form form) {
  fakes::fake_route_options options;
  options.face = face;
  options.rate = options.burst = rate;
  options.form = form;
  options.latency = [](double random) {
    return std::chrono::milliseconds(20 + static_cast<int>(random * 60));
  };
  return options;
}

}  // namespace

struct fake_world::parts {
  explicit parts(const storm& what)
      : server(route_of(fakes::face::anthropic, what.direct_rate, fakes::refusal_form::seconds)),
        azure(server.add_route(
            route_of(fakes::face::azure, what.azure_rate, fakes::refusal_form::http_date))) {}
  fakes::fake_server server;
  fakes::fake_route direct = server.route(), azure;
};

fake_world::fake_world(const storm& what) : parts_(std::make_unique<parts>(what)) {}

fake_world::~fake_world() = default;

std::vector<reroute::route> fake_world::routes() const {
  return {
      reroute::anthropic({.api_key = parts_->direct.key(), .base_url = parts_->direct.base_url()}),
      reroute::azure_foundry({.base_url = parts_->azure.base_url(),
                              .api_key = parts_->azure.key(),
                              .models = {{"claude-opus-4-8", "opus-prod"}}})};
}

reroute::https_options fake_world::https() const { return parts_->server.https(); }

std::size_t fake_world::admitted() const {
  return parts_->direct.log().admitted + parts_->azure.log().admitted;
}

std::size_t fake_world::refused() const {
  return parts_->direct.log().refused + parts_->azure.log().refused;
}

}  // namespace demo
