// The place where the examples run.
#include "examples/support/place.hpp"

#include <reroute/testing/fake_server.hpp>

#include <cstdlib>

namespace examples {
namespace {

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

reroute::testing::fake_route_options azure_face() {
  reroute::testing::fake_route_options options;
  options.face = reroute::testing::face::azure;
  return options;
}

}  // namespace

// the fake runs on a thread and loop of its own, so that the example's loop ends with its work
struct place::fake {
  reroute::testing::fake_server server;
  reroute::testing::fake_route anthropic = server.route();
  reroute::testing::fake_route azure = server.add_route(azure_face());
};

place::place() {
  const bool real = !variable("ANTHROPIC_API_KEY").empty() &&
                    !variable("ANTHROPIC_FOUNDRY_API_KEY").empty() &&
                    !variable("ANTHROPIC_FOUNDRY_RESOURCE").empty();
  if (!real) fake_ = std::make_unique<fake>();
}

place::~place() = default;

std::string place::anthropic_url() const {
  return fake_ ? fake_->anthropic.base_url() : "https://api.anthropic.com";
}

std::string place::anthropic_key() const {
  return fake_ ? fake_->anthropic.key() : variable("ANTHROPIC_API_KEY");
}

std::string place::azure_url() const {
  return fake_ ? fake_->azure.base_url()
               : "https://" + variable("ANTHROPIC_FOUNDRY_RESOURCE") +
                     ".services.ai.azure.com/anthropic";
}

std::string place::azure_key() const {
  return fake_ ? fake_->azure.key() : variable("ANTHROPIC_FOUNDRY_API_KEY");
}

reroute::https_options place::https() const {
  return fake_ ? fake_->server.https() : reroute::https_options();
}

void place::anthropic_refuses_for(std::chrono::milliseconds time) {
  if (fake_) fake_->anthropic.refuse_for(time);
}

void place::next_stream_breaks_off() {
  if (!fake_) return;
  reroute::testing::fault broken;
  broken.kind = reroute::testing::fault_kind::error_event;
  broken.requests = 1;
  broken.after_bytes = 560;  // behind the first piece of text
  fake_->anthropic.inject(broken);
}

}  // namespace examples
