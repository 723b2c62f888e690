// One route of the fake: its limits, faults and log, and what it decides about a request.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/testing/fake_claude.hpp>

#include "testing/admissions.hpp"
#include "testing/closed_windows.hpp"
#include "testing/fake_content.hpp"
#include "testing/limiter.hpp"
#include "testing/request_reader.hpp"
#include "testing/request_rules.hpp"

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace reroute::testing {

/// What the server does with one request.
struct reaction {
  http::response answer;
  std::chrono::nanoseconds after{0};
  std::optional<fault> broken;       ///< other than a status: what goes wrong with it
  std::string user;                  ///< who is answered with 200, if known
  std::optional<admission> held;     ///< what it takes of the limits
  double output = 0;                 ///< tokens of its answer
  bool streamed = false;             ///< its body is an event stream
  std::chrono::nanoseconds pace{0};  ///< between two events
  std::size_t chunk = 0;             ///< bytes in each HTTP chunk; 0: an event
};

/// How a request ended.
enum class request_end : unsigned char {
  answered,   ///< written to the last byte
  cut,        ///< broken off by a fault
  abandoned,  ///< the client left, or the fake stopped
};

/// What handles, listener and connections of a route share. Any thread.
class fake_route_state {
 public:
  fake_route_state(fake_route_options set, std::shared_ptr<clock> time, std::uint64_t seed,
                   std::shared_ptr<testing::admissions> all);

  /// A connection was accepted: what is wrong with it, if anything is.
  [[nodiscard]] std::optional<fault> meet();
  /// Decides about a request, and counts it as under way.
  [[nodiscard]] reaction hear(heard_request request);
  /// The end of what `hear` began.
  void finish(const reaction& of, request_end how);
  /// Changes the log.
  void note(const std::function<void(fake_log&)>& change);

  // -- for handles
  void refuse_for(std::chrono::milliseconds time);
  void inject(const fault& what);
  void clear_faults();
  void set_quota(double factor);
  void set_neighbour(double share);
  void set_bearer_tokens(std::vector<std::string> tokens);
  void set_hearing_time(std::chrono::milliseconds time);
  [[nodiscard]] fake_log log() const;
  [[nodiscard]] std::optional<fake_request> last_request() const;

  /// What does not change after `add_route`: may be read without the lock.
  [[nodiscard]] const fake_route_options& options() const noexcept { return options_; }
  [[nodiscard]] face wearing() const noexcept { return options_.face; }
  [[nodiscard]] bool plain_http() const noexcept { return options_.plain_http; }
  [[nodiscard]] const std::string& key() const noexcept { return options_.key; }
  [[nodiscard]] std::size_t requests_per_connection() const noexcept {
    return options_.requests_per_connection;
  }
  [[nodiscard]] const std::shared_ptr<clock>& time() const noexcept { return time_; }
  std::uint16_t port = 0;
  std::function<void()> drop_connections;  ///< set by the listener

 private:
  [[nodiscard]] reaction decide(const heard_request& request, time_point now);
  [[nodiscard]] reaction admit(const heard_request& request, judgement read, time_point now);
  [[nodiscard]] reaction refuse(int status, std::chrono::nanoseconds wait, time_point now,
                                bool honest);
  [[nodiscard]] std::chrono::system_clock::time_point wall() const {
    return time_->wall_now() + options_.skew;
  }
  [[nodiscard]] request_cost cost_of(const heard_request& request, const judgement& read) const;
  [[nodiscard]] std::optional<fake_content> content_of(const heard_request& request,
                                                       const judgement& read) const;
  void compose_answer(reaction& into, const heard_request& request, const judgement& read) const;
  void add_error(reaction& to, const fault& what) const;
  [[nodiscard]] reaction show(const fault& what, const heard_request& request, time_point now);
  [[nodiscard]] std::optional<fault> next_fault(time_point now, bool of_connections);
  void add_fields(http::response& to);
  [[nodiscard]] double dice() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  [[nodiscard]] fake_log::tally& slot(time_point now);

  struct pending_fault {
    fault what;
    time_point until;
  };
  fake_route_options options_;  // `bearer_tokens` changes
  std::shared_ptr<clock> time_;
  std::shared_ptr<testing::admissions> admissions_;
  time_point begun_;

  mutable std::mutex mutex_;  // guards what follows
  limiter limits_;
  double quota_ = 1, neighbour_ = 0;
  std::size_t refusals_ = 0;
  std::mt19937_64 random_;
  std::list<pending_fault> faults_;
  time_point refusing_until_{};
  std::chrono::milliseconds hearing_time_{100};
  closed_windows windows_;
  std::string request_id_;
  std::optional<heard_request> last_;
  fake_log log_;
};

}  // namespace reroute::testing
