// The page: one HTML file with everything in it.
#pragma once

#include <reroute/testing/simulation.hpp>

#include "bench/storm/reports.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace storm {

/// One scenario of the page: medians of its clients, and the plots of their first seed.
struct page_part {
  reroute::testing::scenario what;
  reroute::testing::schedule ideal;  ///< of the seed that is plotted
  struct client {
    row figures;
    std::size_t seeds = 1;
    run_result plotted;
  };
  std::vector<client> clients;
};

/// Chart.js as Debian's libjs-chart.js installs it.
inline constexpr const char* debian_chart_js = "/usr/share/javascript/chart.js/chart.min.js";

/// Writes it, with the script at `chart_js` inlined. Throws `std::runtime_error` that names the file
/// and the cure.
void write_page(const std::filesystem::path& to, const std::vector<page_part>& parts,
                const std::filesystem::path& chart_js);

}  // namespace storm
