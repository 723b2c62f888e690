// What waiting costs: time per step and bytes per call, at ten thousand and at a million, and how long
// the loop stands still in a storm. `bench_machines [--json FILE] [--quick]`
#include "bench/machines/memory.hpp"
#include "bench/machines/queue.hpp"
#include "bench/machines/stall.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

namespace {

void print(const bench::queue_costs& costs) {
  std::printf("%10zu waiting   add %6.0f ns   cancel %6.0f ns   admit %6.0f ns   wake %6.0f ns\n",
              costs.waiting, costs.add, costs.cancel, costs.admit, costs.wake);
}

boost::json::object row(const bench::queue_costs& costs) {
  return {{"waiting", costs.waiting},
          {"add_ns", costs.add},
          {"cancel_ns", costs.cancel},
          {"admit_ns", costs.admit},
          {"wake_ns", costs.wake}};
}

}  // namespace

int main(int count, char** arguments) {
  bool quick = false;
  std::string file;
  for (int at = 1; at < count; ++at) {
    if (std::strcmp(arguments[at], "--quick") == 0) {
      quick = true;
    } else if (std::strcmp(arguments[at], "--json") == 0 && at + 1 < count) {
      file = arguments[++at];
    } else {
      std::fprintf(stderr, "usage: bench_machines [--quick] [--json FILE]\n");
      return 2;
    }
  }
  const std::size_t many = quick ? 100'000 : 1'000'000;
  boost::json::object all;

  std::puts("the dispatcher, per call");
  boost::json::array queues;
  for (const std::size_t waiting : {std::size_t{10'000}, many}) {
    const bench::queue_costs costs = bench::measure_queue(waiting);
    print(costs);
    queues.push_back(row(costs));
  }
  all["queue"] = std::move(queues);

  std::puts("bytes per waiting call, without its request");
  boost::json::array memory;
  for (const bench::call_form form : {bench::call_form::callback, bench::call_form::coroutine}) {
    const bench::call_memory used = bench::measure_memory(form, quick ? 20'000 : 200'000);
    std::printf("%10s   %6.0f bytes in %.1f allocations (the request: %.0f bytes)\n", used.form,
                used.bytes, used.allocations, used.request_bytes);
    for (const auto& [size, times] : used.sizes)
      if (times > 0.01) std::printf("%18.2f of %zu bytes\n", times, size);
    memory.push_back({{"form", used.form},
                      {"bytes", used.bytes},
                      {"allocations", used.allocations},
                      {"request_bytes", used.request_bytes}});
  }
  all["memory"] = std::move(memory);

  const bench::stall_result stall = bench::measure_stall(quick ? 20'000 : 100'000);
  std::printf(
      "a storm of %zu calls: %zu answered, %zu refused; longest turn of the loop %.2f ms, "
      "99.9th percentile %.2f ms\n",
      stall.calls, stall.answered, stall.refused, stall.longest_ms, stall.p999_ms);
  all["stall"] = {
      {"calls", stall.calls}, {"longest_ms", stall.longest_ms}, {"p999_ms", stall.p999_ms}};
  if (!file.empty()) std::ofstream(file) << boost::json::serialize(all) << '\n';
}
