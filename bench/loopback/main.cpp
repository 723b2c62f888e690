// CPU per call against nginx on the loopback, beside the leanest clients there are; latency added; memory
// per call in flight. `bench_loopback [--rounds N] [--calls N] [--only WHAT] [--client NAME]
// [--json FILE]`
#include "bench/loopback/latency.hpp"
#include "bench/loopback/load.hpp"
#include "bench/loopback/memory.hpp"
#include "bench/loopback/server.hpp"
#include "bench/loopback/tools.hpp"
#include "bench/support/median.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <sys/resource.h>
#include <utility>
#include <vector>

namespace {

using namespace loopback;

struct options {
  std::size_t rounds = 5, calls = 40'000, in_flight = 10'000;
  std::string only, client, json;
};

using client = std::function<std::optional<cost>(const place&, const load&)>;

client in_its_own_process(cost (*run)(const place&, const load&)) {
  return [run](const place& to, const load& what) -> std::optional<cost> {
    const auto got = apart([&]() -> std::vector<double> {
      const cost used = run(to, what);
      return {used.cpu_us_per_call, used.calls_per_s};
    });
    return cost{got.at(0), got.at(1)};
  };
}

std::string machine() {
  std::ifstream file("/proc/loadavg");
  std::string one, five;
  file >> one >> five;
  return "load " + one;
}

// by turns, each round in another order: what disturbs the machine disturbs all
void compare(const options& how, const load& what, boost::json::array& rows) {
  const auto peer = server::nginx();
  if (!peer) return;
  std::vector<std::pair<std::string, client>> clients = {
      {"reroute create", in_its_own_process(run_create)},
      {"create on strand", in_its_own_process(run_create_on_strand)},
      {"reroute transport", in_its_own_process(run_transport)},
      {"h2load", run_h2load},
#ifdef REROUTE_WITH_CURL
      {"libcurl multi", in_its_own_process(run_curl)},
#endif
  };
  if (!what.http2) {
    clients.push_back({"wrk", run_wrk});
#ifdef REROUTE_WITH_BEAST
    clients.push_back({"Beast coroutines", in_its_own_process(run_beast)});
#endif
  }
  std::vector<std::vector<double>> cpu(clients.size()), rate(clients.size());
  for (std::size_t round = 0; round < how.rounds; ++round) {
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const std::size_t at = (i + round) % clients.size();
      if (!how.client.empty() && clients[at].first != how.client) continue;
      const auto used = clients[at].second(peer->where(), what);
      if (!used) continue;
      cpu[at].push_back(used->cpu_us_per_call);
      rate[at].push_back(used->calls_per_s);
    }
  }
  std::printf(
      "\nHTTP/%s, %zu connections x %zu streams, %zu bytes up, 1 KB down; %zu calls x %zu; %s\n",
      what.http2 ? "2" : "1.1", what.connections, what.streams, what.body_bytes, what.calls,
      how.rounds, machine().c_str());
  std::printf("  %-18s %10s %18s %12s\n", "", "us/call", "from .. to", "calls/s");
  for (std::size_t at = 0; at < clients.size(); ++at) {
    if (cpu[at].empty()) continue;
    const double middle = bench::median(cpu[at]);
    std::printf("  %-18s %10.2f %8.2f .. %6.2f %12.0f\n", clients[at].first.c_str(), middle,
                *std::min_element(cpu[at].begin(), cpu[at].end()),
                *std::max_element(cpu[at].begin(), cpu[at].end()), bench::median(rate[at]));
    rows.push_back(boost::json::object{{"client", clients[at].first},
                                       {"protocol", what.http2 ? "h2" : "http/1.1"},
                                       {"connections", what.connections},
                                       {"streams", what.streams},
                                       {"body_bytes", what.body_bytes},
                                       {"cpu_us_per_call", middle},
                                       {"calls_per_s", bench::median(rate[at])}});
  }
  std::fflush(stdout);
}

void added_latency(const options& how, boost::json::array& rows) {
  const auto peer = server::nginx();
  if (!peer) return;
  std::printf("\nOne call at a time on a warm connection, us; %s\n", machine().c_str());
  std::printf("  %-10s %10s %10s %12s %12s %10s %10s\n", "", "bare p50", "p99", "create p50", "p99",
              "added p50", "p99");
  for (const bool http2 : {false, true}) {
    std::vector<std::vector<double>> all(4);
    for (std::size_t round = 0; round < how.rounds; ++round) {
      const auto got = apart([&] { return run_latency(peer->where(), http2, 5000); });
      for (std::size_t i = 0; i < all.size(); ++i)
        all[i].push_back(got.at(i));
    }
    std::vector<double> mid;
    for (auto& each : all)
      mid.push_back(bench::median(each));
    std::printf("  %-10s %10.1f %10.1f %12.1f %12.1f %10.1f %10.1f\n",
                http2 ? "HTTP/2" : "HTTP/1.1", mid[0], mid[1], mid[2], mid[3], mid[2] - mid[0],
                mid[3] - mid[1]);
    rows.push_back(boost::json::object{{"client", "latency"},
                                       {"protocol", http2 ? "h2" : "http/1.1"},
                                       {"bare_p50_us", mid[0]},
                                       {"bare_p99_us", mid[1]},
                                       {"create_p50_us", mid[2]},
                                       {"create_p99_us", mid[3]}});
  }
  std::fflush(stdout);
}

void memory(const options& how, boost::json::array& rows) {
  std::printf("\nResident bytes per call in flight, besides the bodies; %s\n", machine().c_str());
  std::printf("  %-10s %-18s %8s %12s %12s %10s\n", "", "", "calls", "connections", "bytes/call",
              "first at s");
  for (const bool http2 : {true, false}) {
    for (const bool whole : {false, true}) {
      load what;
      what.http2 = http2;
      what.streams = http2 ? 100 : 1;
      what.connections = how.in_flight / what.streams;
      what.body_bytes = 100;
      const auto peer = server::slow(what.in_flight());
      if (!peer) return;
      const auto got = apart([&] { return run_memory(peer->where(), what, whole); });
      const char* const name = whole ? "reroute create" : "reroute transport";
      std::printf("  %-10s %-18s %8zu %12.0f %12.0f %10.1f\n", http2 ? "HTTP/2" : "HTTP/1.1", name,
                  what.in_flight(), got.at(1), got.at(0), got.at(2));
      std::fflush(stdout);
      rows.push_back(boost::json::object{{"client", name},
                                         {"protocol", http2 ? "h2" : "http/1.1"},
                                         {"connections", got.at(1)},
                                         {"in_flight", what.in_flight()},
                                         {"bytes_per_call", got.at(0)}});
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("CPU per call on the loopback, beside other clients.");
  options how;
  program.add_option("--rounds", how.rounds, "How often each client runs")->capture_default_str();
  program.add_option("--calls", how.calls, "Calls of one run")->capture_default_str();
  program.add_option("--in-flight", how.in_flight, "Calls of memory")->capture_default_str();
  program.add_option("--only", how.only, "http1, http2, wide, latency or memory");
  program.add_option("--client", how.client, "Only this one of them, e.g. under perf");
  program.add_option("--json", how.json, "Write the rows to this file");
  CLI11_PARSE(program, argc, argv);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
#ifndef REROUTE_WITH_CURL
  std::printf("left out: libcurl (install libcurl4-openssl-dev, and configure again)\n");
#endif
#ifndef REROUTE_WITH_BEAST
  std::printf("left out: Boost.Beast (install libboost1.81-dev, and configure again)\n");
#endif
  const auto wanted = [&](const char* name) { return how.only.empty() || how.only == name; };
  boost::json::array rows;
  load what;
  what.calls = how.calls;
  if (wanted("http1")) compare(how, what, rows);
  what.http2 = true;
  what.connections = 4;
  what.streams = 100;
  if (wanted("http2")) compare(how, what, rows);
  what.connections = 100;
  what.calls = how.calls * 2;
  if (wanted("wide")) compare(how, what, rows);
  if (wanted("latency")) added_latency(how, rows);
  if (wanted("memory")) memory(how, rows);
  if (!how.json.empty()) std::ofstream(how.json) << boost::json::serialize(rows) << '\n';
}
