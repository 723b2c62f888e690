// The scenarios to simulate.
#include "bench/simulate/builtin.hpp"

#include "bench/support/scenario_file.hpp"

#include <utility>

namespace bench {
namespace {

using namespace std::chrono_literals;
using reroute::testing::refusal_form;
using reroute::testing::scenario;
using reroute::testing::scenario_route;

scenario_route bucket(std::string name, double rate) {
  scenario_route made;
  made.name = std::move(name);
  made.rate = made.burst = rate;
  return made;
}

scenario storm(std::string name, std::vector<scenario_route> routes) {
  scenario made;
  made.name = std::move(name);
  made.routes = std::move(routes);
  return made;
}

scenario_route with_headers(scenario_route route) {
  route.limit_headers = true;
  return route;
}

scenario_route azure(scenario_route route) {
  route.face = reroute::testing::face::azure;
  route.forms = {refusal_form::http_date};
  return route;
}

std::vector<scenario> builtin() {
  scenario_route window;
  window.name = "window";
  window.window_requests = 200;
  window.window = 5s;
  scenario_route dumb = bucket("a", 40);
  dumb.forms = {refusal_form::none};
  scenario_route stated = bucket("a", 40);
  stated.stated = true;
  return {storm("bucket", {bucket("a", 40)}),
          storm("bucket, headers", {with_headers(bucket("a", 40))}),
          storm("bucket, stated", {stated}),
          storm("bucket, no hint", {dumb}),
          storm("window", {window}),
          storm("two routes", {bucket("a", 40), azure(bucket("b", 25))})};
}

}  // namespace

std::vector<scenario> scenarios_of(const std::vector<std::string>& files) {
  if (files.empty()) return builtin();
  std::vector<scenario> all;
  for (const std::string& file : files)
    for (scenario& each : read_scenarios(file))
      all.push_back(std::move(each));
  return all;
}

}  // namespace bench
