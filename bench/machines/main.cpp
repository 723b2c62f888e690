// What waiting costs: time per step, bytes per call, and how long the loop stands still in a storm.
// `bench_machines [--quick] [--only cost|bytes|stall] [--json FILE]`
#include "bench/machines/calls.hpp"
#include "bench/machines/compare.hpp"
#include "bench/machines/memory.hpp"
#include "bench/machines/queue.hpp"
#include "bench/machines/stall.hpp"
#include "bench/support/median.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

namespace {

boost::json::array costs(std::size_t many) {
  using bench::call_costs, bench::queue_costs;
  std::printf("cost per call: 10,000 waiting, %zu waiting (medians)\n", many);
  const std::initializer_list<bench::step<queue_costs>> of_the_dispatcher = {
      {"add", &queue_costs::add},
      {"cancel", &queue_costs::cancel},
      {"admit", &queue_costs::admit},
      {"wake", &queue_costs::wake}};
  const std::initializer_list<bench::step<call_costs>> of_the_client = {
      {"create", &call_costs::create},
      {"cancel", &call_costs::cancel},
      {"admit", &call_costs::admit},
      {"expire", &call_costs::expire}};
  boost::json::array rows;
  using bench::time_limits;
  bench::compare<bench::full_queue>("dispatcher, one time limit", many, time_limits::equal,
                                    of_the_dispatcher, rows);
  bench::compare<bench::full_queue>("dispatcher, any deadlines", many, time_limits::any,
                                    of_the_dispatcher, rows);
  bench::compare<bench::waiting_room>("client, one time limit", many, time_limits::equal,
                                      of_the_client, rows);
  bench::compare<bench::waiting_room>("client, any deadlines", many, time_limits::any,
                                      of_the_client, rows);
  return rows;
}

boost::json::array bytes(std::size_t calls) {
  std::puts("bytes per waiting call, without its request");
  boost::json::array rows;
  const auto row = [&](const char* form, double bytes) {
    std::printf("  %6.0f  %s\n", bytes, form);
    rows.push_back({{"form", form}, {"bytes", bytes}});
  };
  using bench::call_form;
  const double callback = bench::bytes_per_call(call_form::callback, calls);
  const double bare = bench::bytes_per_call(call_form::bare, calls);
  const double coroutine = bench::bytes_per_call(call_form::coroutine, calls);
  row("async_create with a callback", callback);
  row("spawned coroutine that awaits create", coroutine);
  row("  of which a spawned coroutine that awaits nothing of ours", bare);
  row("  of which create", coroutine - bare);
  row("async_create with a callback, refused once: its story has a line",
      bench::bytes_per_call(call_form::refused, calls));
  std::puts("what the bytes of the callback are for");
  for (const auto& [part, size] : bench::parts_of_a_call())
    std::printf("  %6zu  %s\n", size, part.c_str());
  return rows;
}

boost::json::object stalls(std::size_t calls, bench::storm_end how) {
  const char* const end = how == bench::storm_end::drained ? "drained" : "cancelled";
  std::printf("a storm of %zu calls, %s: the longest turn of the loop\n", calls, end);
  std::vector<double> longest, busiest;
  for (int i = 0; i < 5; ++i) {
    const bench::stall_result run = bench::measure_stall(calls, how);
    std::printf("  %6.2f ms, %.2f of them at work  (%zu answered, %zu refused)\n", run.longest_ms,
                run.busiest_ms, run.answered, run.refused);
    longest.push_back(run.longest_ms);
    busiest.push_back(run.busiest_ms);
  }
  const double longest_ms = bench::median(longest), busiest_ms = bench::median(busiest);
  std::printf("  %6.2f ms, %.2f of them at work: medians of five runs\n", longest_ms, busiest_ms);
  return {{"calls", calls}, {"end", end}, {"longest_ms", longest_ms}, {"busiest_ms", busiest_ms}};
}

}  // namespace

int main(int count, char** arguments) {
  bool quick = false;
  std::string file, only;
  for (int at = 1; at < count; ++at) {
    if (std::strcmp(arguments[at], "--quick") == 0) {
      quick = true;
    } else if (std::strcmp(arguments[at], "--json") == 0 && at + 1 < count) {
      file = arguments[++at];
    } else if (std::strcmp(arguments[at], "--only") == 0 && at + 1 < count) {
      only = arguments[++at];
    } else {
      std::fprintf(stderr,
                   "usage: bench_machines [--quick] [--only cost|bytes|stall] [--json FILE]\n");
      return 2;
    }
  }
  const auto wanted = [&](const char* part) { return only.empty() || only == part; };
  boost::json::object all;
  if (wanted("stall")) {  // before memory is in pieces
    const std::size_t calls = quick ? 20'000 : 100'000;
    all["stall"] = {stalls(calls, bench::storm_end::drained),
                    stalls(calls, bench::storm_end::cancelled)};
  }
  if (wanted("bytes")) all["bytes"] = bytes(quick ? 20'000 : 200'000);
  if (wanted("cost")) all["cost"] = costs(quick ? 100'000 : 1'000'000);
  if (!file.empty()) std::ofstream(file) << boost::json::serialize(all) << '\n';
}
