// A row of figures as JSON: the same for storms of both kinds.
#pragma once

#include <boost/json/object.hpp>

#include <string>

namespace bench {

/// `{scenario, client, seed, goodput, drain, wasted, lost, violations, p50_s, p99_s, ideal_p99_s,
/// billed_twice}`.
template <class Figures>
[[nodiscard]] boost::json::object figure_row(const std::string& scenario, const std::string& client,
                                             const Figures& of) {
  return {{"scenario", scenario},
          {"client", client},
          {"seed", of.seed},
          {"goodput", of.goodput},
          {"drain", of.drain},
          {"wasted", of.wasted},
          {"lost", of.lost},
          {"violations", of.violations},
          {"p50_s", of.p50_s},
          {"p99_s", of.p99_s},
          {"ideal_p99_s", of.ideal_p99_s},
          {"billed_twice", of.billed_twice}};
}

}  // namespace bench
