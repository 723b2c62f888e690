// Gate states in words.
#include <reroute/traffic/gate_status.hpp>

#include "detail/fixed_point.hpp"

#include <ostream>

namespace reroute {
namespace {

std::string tenths(double value) { return detail::fixed_point(value, 1); }

std::string in_seconds(std::chrono::nanoseconds time) {
  return tenths(std::chrono::duration<double>(time).count()) + " s";
}

}  // namespace

std::string_view to_string(gate_state value) noexcept {
  switch (value) {
    case gate_state::open:
      return "open";
    case gate_state::closed:
      return "closed";
    case gate_state::probing:
      return "probing";
    case gate_state::quarantined:
      return "quarantined";
  }
  return "unknown";
}

std::string_view to_string(limit_evidence value) noexcept {
  switch (value) {
    case limit_evidence::none:
      return "none";
    case limit_evidence::refusals:
      return "refusals";
    case limit_evidence::stated:
      return "stated";
    case limit_evidence::headers:
      return "headers";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, gate_state value) { return out << to_string(value); }

std::ostream& operator<<(std::ostream& out, limit_evidence value) {
  return out << to_string(value);
}

std::ostream& operator<<(std::ostream& out, const gate_status& value) {
  std::string text = value.route + ' ' + value.model;
  if (value.operation != "create") text += ' ' + value.operation;
  text += ": " + std::string(to_string(value.state));
  if (value.opens_in.count() > 0) text += " for " + in_seconds(value.opens_in);
  if (value.announced_in) text += " (the route says " + in_seconds(*value.announced_in) + ')';
  if (value.evidence != limit_evidence::none)
    text += ", " + tenths(value.rate) + "/s by " + std::string(to_string(value.evidence));
  text += ", " + std::to_string(value.in_flight) + " in flight";
  if (value.reason) text += "; " + to_string(*value.reason);
  return out << text;
}

}  // namespace reroute
