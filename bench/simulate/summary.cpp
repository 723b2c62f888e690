// What many random storms come to.
#include "bench/simulate/summary.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace bench {
namespace {

// most of its answers in time
constexpr double good = 0.97;

class tally {
 public:
  void add(const reroute::testing::simulation_result& of) {
    ++count_;
    good_ += of.goodput >= good;
    goodput_ += of.goodput;
    wasted_ += of.wasted;
    lost_ += of.lost;
    worst_ = std::min(worst_, of.goodput);
    most_wasted_ = std::max(most_wasted_, of.wasted);
    longest_idle_ = std::max(longest_idle_, of.idle_s);
  }
  void print(const std::string& name) const {
    const auto all = static_cast<double>(count_);
    std::printf("%-32s %6zu %7.3f %8.4f %8.4f %8.4f %8.3f %6zu %8.2f\n", name.c_str(), count_,
                static_cast<double>(good_) / all, goodput_ / all, worst_, wasted_ / all,
                most_wasted_, lost_, longest_idle_);
  }

 private:
  std::size_t count_ = 0, good_ = 0, lost_ = 0;
  double goodput_ = 0, wasted_ = 0, worst_ = 1e9, most_wasted_ = 0, longest_idle_ = 0;
};

}  // namespace

void print_summary(const std::vector<simulated>& all) {
  tally whole;
  std::map<std::string, tally> by_tag;
  for (const simulated& each : all) {
    for (const auto& result : each.results) {
      whole.add(result);
      for (const std::string& tag : each.what.tags)
        by_tag[tag].add(result);
    }
  }
  std::printf("\n%-32s %6s %7s %8s %8s %8s %8s %6s %8s\n", "kind", "storms", ">=0.97", "mean",
              "worst", "wasted", "most", "lost", "idle s");
  whole.print("all");
  for (const auto& [tag, of] : by_tag)
    of.print(tag);
}

}  // namespace bench
