// The storm bench: the same storms for every client, over real sockets, in real time.
#include "bench/storm/clients.hpp"
#include "bench/storm/cores.hpp"
#include "bench/storm/figures.hpp"
#include "bench/storm/page.hpp"
#include "bench/storm/server_world.hpp"
#include "bench/storm/table.hpp"
#include "bench/support/scenario_file.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace {

using reroute::testing::scenario;

struct wishes {
  std::string json, html, chart_js = storm::debian_chart_js;
  std::vector<std::string> files, only, clients = storm::client_names();
  std::size_t seeds = 5, loop_seeds = 1;
};

std::vector<scenario> scenarios_of(const wishes& of) {
  std::vector<std::filesystem::path> files(of.files.begin(), of.files.end());
  if (files.empty())
    for (const auto& each : std::filesystem::directory_iterator(REROUTE_SCENARIOS))
      files.push_back(each.path());
  std::sort(files.begin(), files.end());
  std::vector<scenario> made;
  for (const auto& file : files)
    for (scenario& each : bench::read_scenarios(file))
      if (of.only.empty() || std::count(of.only.begin(), of.only.end(), each.name) > 0)
        made.push_back(std::move(each));
  std::erase_if(made, [](const scenario& each) {
    const bool fits = storm::runs_over_sockets(each);
    if (!fits) std::printf("left out: %s says what only the simulator can\n", each.name.c_str());
    return !fits;
  });
  for (const std::string& name : of.only)
    if (std::none_of(made.begin(), made.end(), [&](const auto& each) { return each.name == name; }))
      throw std::runtime_error("there is no scenario \"" + name + "\"");
  return made;
}

std::size_t seeds_of(const wishes& of, const std::string& client) {
  return client == "reroute" ? of.seeds : std::min(of.seeds, of.loop_seeds);
}

void say_how_long(const wishes& of, const std::vector<scenario>& all) {
  double seconds = 0;
  for (const scenario& each : all) {
    const double drain = std::chrono::duration<double>(reroute::testing::ideal(each).drain).count();
    for (const std::string& client : of.clients)
      seconds += static_cast<double>(seeds_of(of, client)) *
                 (client == "reroute" ? drain + 1 : drain * 1.3 + 4);
  }
  std::printf("%zu scenarios in real time: this takes about %.0f minutes.\n", all.size(),
              std::max(1.0, seconds / 60));
}

class bench_run {
 public:
  explicit bench_run(const wishes& of) : wishes_(of) {}

  void run(const scenario& what) {
    std::printf("\n%s: %s\n", what.name.c_str(), what.about.c_str());
    storm::page_part part;
    part.what = what;
    part.ideal = reroute::testing::ideal(what);
    try {
      for (const std::string& client : wishes_.clients)
        part.clients.push_back(run(client, what));
    } catch (const std::invalid_argument& failed) {
      std::printf("  left out: %s\n", failed.what());
      return;
    }
    parts_.push_back(std::move(part));
  }
  void print() const {
    storm::print_header();
    for (const storm::page_part& part : parts_)
      for (const auto& each : part.clients)
        storm::print_row(each.figures, each.seeds, &each == &part.clients.front());
  }
  void write() const {
    if (!wishes_.json.empty()) {
      std::ofstream out(wishes_.json);
      out << boost::json::serialize(storm::to_json(rows_)) << '\n';
      if (!out.flush()) throw std::runtime_error(wishes_.json + " cannot be written");
    }
    if (!wishes_.html.empty()) storm::write_page(wishes_.html, parts_, wishes_.chart_js);
  }

 private:
  storm::page_part::client run(const std::string& client, scenario what) {
    storm::page_part::client made;
    std::vector<storm::row> rows;
    made.seeds = seeds_of(wishes_, client);
    for (std::size_t i = 0; i < made.seeds; ++i, ++what.seed) {
      storm::run_result seen = storm::run_client(client, what, reroute::testing::ideal(what));
      rows.push_back(seen.figures);
      rows_.push_back(seen.figures);
      if (i == 0) made.plotted = std::move(seen);
    }
    made.figures = storm::median(rows);
    return made;
  }

  const wishes& wishes_;
  std::vector<storm::page_part> parts_;
  std::vector<storm::row> rows_;
};

}  // namespace

int main(int argc, char** argv) {
  wishes of;
  CLI::App app("The same storms for every client, over real sockets, in real time.");
  app.add_option("--json", of.json, "write all rows to this file");
  app.add_option("--html", of.html, "write a page with plots to this file");
  app.add_option("--seeds", of.seeds, "seeds per scenario (5)")->check(CLI::PositiveNumber);
  app.add_option("--loop-seeds", of.loop_seeds, "at most so many for the other clients (1)")
      ->check(CLI::PositiveNumber);
  app.add_option("--only", of.only, "only these scenarios")->delimiter(',');
  app.add_option("--clients", of.clients, "only these clients")
      ->delimiter(',')
      ->check(CLI::IsMember(storm::client_names()));
  app.add_option("--chart-js", of.chart_js, "Chart.js, for the page");
  app.add_option("FILE", of.files, "scenario files, instead of those in bench/scenarios");
  CLI11_PARSE(app, argc, argv);
  try {
    std::signal(SIGPIPE, SIG_IGN);
    storm::pin_to(storm::core::first);
    const std::vector<scenario> all = scenarios_of(of);
    say_how_long(of, all);
    bench_run runs(of);
    for (const scenario& each : all)
      runs.run(each);
    runs.print();
    runs.write();
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "storm: %s\n", failed.what());
    return 1;
  }
}
