// What one call may want differently from its client.
#pragma once

#include <reroute/client/stream_guards.hpp>
#include <reroute/policy/plan.hpp>
#include <reroute/traffic/priority.hpp>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {

/// Options of one call; what is not set is the client's. A class with setters, so that it may stand
/// inside a `co_await` expression: `call_options().deadline(20s).plan(in_order())`.
class call_options {
 public:
  call_options() {}

  /// Time for the whole call, counted from its start: waiting, all attempts, all routes. More than
  /// zero, else `std::invalid_argument`. `no_deadline()` lifts the client's.
  call_options& deadline(std::chrono::milliseconds time) &;
  call_options&& deadline(std::chrono::milliseconds time) && { return std::move(deadline(time)); }
  call_options& no_deadline() & {
    deadline_ = std::chrono::milliseconds(0);
    return *this;
  }
  call_options&& no_deadline() && { return std::move(no_deadline()); }
  /// Time for one attempt, from sending to the end of the answer. More than zero, else
  /// `std::invalid_argument`.
  call_options& attempt_timeout(std::chrono::milliseconds time) &;
  call_options&& attempt_timeout(std::chrono::milliseconds time) && {
    return std::move(attempt_timeout(time));
  }
  /// How the call uses the routes.
  call_options& plan(reroute::plan how) & {
    plan_ = how;
    return *this;
  }
  call_options&& plan(reroute::plan how) && { return std::move(plan(how)); }
  /// Its place among waiting calls. Default `priority::normal`.
  call_options& priority(reroute::priority level) & {
    priority_ = level;
    return *this;
  }
  call_options&& priority(reroute::priority level) && { return std::move(priority(level)); }

  /// Whose call it is, for fairness: among waiting calls of one priority, tenants take turns. Any
  /// text, e.g. a customer's id; default: one tenant for all.
  call_options& tenant(std::string_view name) & {
    tenant_ = name;
    return *this;
  }
  call_options&& tenant(std::string_view name) && { return std::move(tenant(name)); }

  /// Of a stream: how long it may be silent, stand still, or crawl.
  call_options& guards(const stream_guards& limits) & {
    guards_ = limits;
    return *this;
  }
  call_options&& guards(const stream_guards& limits) && { return std::move(guards(limits)); }
  /// Of a stream: hand out its pings too. Default: no.
  call_options& pings(bool wanted = true) & {
    pings_ = wanted;
    return *this;
  }
  call_options&& pings(bool wanted = true) && { return std::move(pings(wanted)); }

  /// Empty: the client's; zero: none.
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& deadline() const {
    return deadline_;
  }
  [[nodiscard]] const std::optional<std::chrono::milliseconds>& attempt_timeout() const {
    return attempt_timeout_;
  }
  [[nodiscard]] const std::optional<reroute::plan>& plan() const { return plan_; }
  [[nodiscard]] reroute::priority priority() const { return priority_; }
  [[nodiscard]] const std::string& tenant() const { return tenant_; }
  [[nodiscard]] const std::optional<stream_guards>& guards() const { return guards_; }
  [[nodiscard]] bool pings() const { return pings_; }

 private:
  std::optional<std::chrono::milliseconds> deadline_;
  std::optional<std::chrono::milliseconds> attempt_timeout_;
  std::optional<reroute::plan> plan_;
  reroute::priority priority_ = reroute::priority::normal;
  std::string tenant_;
  std::optional<stream_guards> guards_;
  bool pings_ = false;
};

}  // namespace reroute
