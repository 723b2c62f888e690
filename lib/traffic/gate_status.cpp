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

// "1000 requests per 60.0 s by words", "16.7 requests/s and 50 at once by headers"
std::string in_words(const limit_status& of) {
  const std::string what(to_string(of.counts));
  std::string text;
  if (of.window > 0) {
    text = detail::fixed_point(of.count, 0) + ' ' + what + " per " +
           in_seconds(std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::duration<double>(of.window)));
  } else {
    text = tenths(of.rate) + ' ' + what + "/s";
    if (of.burst > 0) text += " and " + detail::fixed_point(of.burst, 0) + " at once";
  }
  return text + " by " + std::string(to_string(of.evidence));
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
    case limit_evidence::words:
      return "words";
  }
  return "unknown";
}

std::string_view to_string(limit_counts value) noexcept {
  switch (value) {
    case limit_counts::requests:
      return "requests";
    case limit_counts::input_tokens:
      return "prompt tokens";
    case limit_counts::output_tokens:
      return "answer tokens";
    case limit_counts::tokens:
      return "tokens";
  }
  return "unknown";
}

std::string_view to_string(gate_wait value) noexcept {
  switch (value) {
    case gate_wait::nothing:
      return "nothing";
    case gate_wait::hint:
      return "the time that a refusal named";
    case gate_wait::look:
      return "the attempt that looks";
    case gate_wait::ramp:
      return "those that nobody has heard of yet";
    case gate_wait::requests:
      return "the limit on requests";
    case gate_wait::input_tokens:
      return "the limit on prompt tokens";
    case gate_wait::output_tokens:
      return "the limit on answer tokens";
    case gate_wait::tokens:
      return "the limit on tokens";
    case gate_wait::at_once:
      return "the limit of calls at once";
    case gate_wait::silence:
      return "any answer";
    case gate_wait::stall:
      return "what came in while the loop stood still";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, gate_state value) { return out << to_string(value); }

std::ostream& operator<<(std::ostream& out, limit_evidence value) {
  return out << to_string(value);
}

std::ostream& operator<<(std::ostream& out, limit_counts value) { return out << to_string(value); }

std::ostream& operator<<(std::ostream& out, gate_wait value) { return out << to_string(value); }

std::ostream& operator<<(std::ostream& out, const gate_status& value) {
  std::string text = value.route + ' ' + value.model;
  if (value.operation != "create") text += ' ' + value.operation;
  text += ": " + std::string(to_string(value.state));
  if (value.opens_in.count() > 0) text += " for " + in_seconds(value.opens_in);
  if (value.announced_in) text += " (the route says " + in_seconds(*value.announced_in) + ')';
  for (const limit_status& each : value.known)
    text += ", " + in_words(each);
  text += ", " + std::to_string(value.in_flight) + " in flight";
  if (value.in_flight_limit > 0) text += " of " + std::to_string(value.in_flight_limit);
  if (value.waits_for != gate_wait::nothing)
    text += ", waits for " + std::string(to_string(value.waits_for));
  if (value.next_in.count() > 0) text += ", next in " + in_seconds(value.next_in);
  if (value.reason) text += "; " + to_string(*value.reason);
  return out << text;
}

}  // namespace reroute
