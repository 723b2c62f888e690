// What a scenario consists of, for people.
#include "bench/simulate/report.hpp"
#include "bench/support/scenario_names.hpp"

#include <cstdio>
#include <string>

namespace bench {
namespace {

namespace testing = reroute::testing;

double seconds(std::chrono::milliseconds time) { return static_cast<double>(time.count()) / 1000; }

std::string text(std::string_view of) { return std::string(of); }

void print_limit(const testing::limit_rule& of) {
  std::printf("    %s: %.0f %s", text(name_of(of.kind)).c_str(), of.amount,
              text(name_of(of.of)).c_str());
  if (of.kind != testing::limit_kind::at_once) std::printf(" per %.1f s", seconds(of.per));
  if (of.burst > 0) std::printf(", burst %.0f", of.burst);
  if (of.phase.count() > 0) std::printf(", from %.1f s on", seconds(of.phase));
  std::printf("\n");
}

void print_members(const testing::scenario_route& of) {
  if (of.rate > 0) std::printf("    %.1f/s burst %.0f\n", of.rate, of.burst);
  if (of.window_requests > 0)
    std::printf("    %zu per %.1f s\n", of.window_requests, seconds(of.window));
  if (of.input_tokens > 0) std::printf("    input tokens %.0f/s\n", of.input_tokens);
  if (of.output_tokens > 0) std::printf("    output tokens %.0f/s\n", of.output_tokens);
  for (const testing::limit_rule& each : of.limits)
    print_limit(each);
}

void print_voice(const testing::scenario_route& of) {
  std::printf("    says");
  for (const auto form : of.forms)
    std::printf(" %s", text(name_of(form)).c_str());
  if (of.hint_always.count() > 0) std::printf(", always %.1f s", seconds(of.hint_always));
  if (of.hint_scale != 1) std::printf(", times %.2f", of.hint_scale);
  if (of.hint_plus.count() > 0) std::printf(", plus %.1f s", seconds(of.hint_plus));
  std::printf(", sentence x %.1f", of.sentence);
  if (of.sentence_per.count() > 0) std::printf(" per %.0f s", seconds(of.sentence_per));
  if (of.limit_headers)
    std::printf(", headers%s x %.1f per %.0f s%s", of.headers_at_admission ? " (old)" : "",
                of.headers_scale, seconds(of.headers_per), of.headers_rounded ? " rounded" : "");
  std::printf("%s\n", of.stated ? ", stated" : "");
}

void print_route(const testing::scenario_route& of) {
  std::printf(
      "  %s, %s: answers %.3f s sigma %.2f tail %.3f x %.1f, refusals %.3f to %.3f s, way "
      "%.3f to %.3f s\n",
      of.name.c_str(), text(name_of(of.face)).c_str(), seconds(of.latency), of.latency_sigma,
      of.tail_share, of.tail_factor, seconds(of.refusal_latency), seconds(of.refusal_latency_to),
      seconds(of.way), seconds(of.way_to));
  print_members(of);
  print_voice(of);
  if (of.used > 0)
    std::printf("    %.0f %% used up %.1f s ago\n", of.used * 100, seconds(of.used_since));
  for (const testing::scenario_event& each : of.events)
    std::printf(
        "    at %.1f s: %s for %.1f s every %.1f s, factor %.2f, status %d, hint %.1f s, share "
        "%.2f\n",
        seconds(each.at), text(name_of(each.what)).c_str(), seconds(each.time), seconds(each.every),
        each.factor, each.status, seconds(each.hint), each.share);
}

}  // namespace

void print_scenario(const testing::scenario& what) {
  std::printf("%s, seed %llu: %zu calls, %.1f per second%s, %zu workers, plan %s\n",
              what.name.c_str(), static_cast<unsigned long long>(what.seed), what.calls,
              what.arrivals, what.poisson ? " at random" : "", what.workers, what.plan.c_str());
  if (what.mixes.empty())
    std::printf("  tokens %zu in, %zu of %zu out\n", what.input_tokens, what.output_tokens,
                what.max_tokens);
  for (const testing::scenario_mix& each : what.mixes)
    std::printf("  %.2f of them: %s, tokens %zu in, %zu of %zu out\n", each.share,
                each.model.c_str(), each.input_tokens, each.output_tokens, each.max_tokens);
  for (const testing::scenario_route& each : what.routes)
    print_route(each);
  std::printf(" ");
  for (const std::string& each : what.tags)
    std::printf(" [%s]", each.c_str());
  std::printf("\n");
}

}  // namespace bench
