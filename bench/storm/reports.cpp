// Reports on their way through a pipe.
#include "bench/storm/reports.hpp"

#include <algorithm>
#include <istream>
#include <ostream>

namespace storm {

std::ostream& operator<<(std::ostream& out, const server_report& report) {
  out << report.admitted_twice << ' ' << report.routes.size();
  for (const route_report& each : report.routes) {
    out << ' ' << each.admitted << ' ' << each.refused << ' ' << each.violations << ' '
        << each.admitted_at.size();
    for (std::size_t i = 0; i < each.admitted_at.size(); ++i)
      out << ' ' << each.admitted_at[i] << ' ' << each.refused_at[i];
  }
  return out << '\n';
}

std::istream& operator>>(std::istream& in, server_report& report) {
  std::size_t routes = 0;
  in >> report.admitted_twice >> routes;
  report.routes.assign(in ? routes : 0, route_report());
  for (route_report& each : report.routes) {
    std::size_t slots = 0;
    in >> each.admitted >> each.refused >> each.violations >> slots;
    for (std::size_t i = 0; in && i < slots; ++i) {
      std::size_t admitted = 0, refused = 0;
      in >> admitted >> refused;
      each.admitted_at.push_back(admitted);
      each.refused_at.push_back(refused);
    }
  }
  return in;
}

}  // namespace storm
