// The dispatcher against a naive model of it: random calls, random gates.
#include "tests/support/catch.hpp"
#include "traffic/dispatcher.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <random>
#include <string>
#include <vector>

using namespace std::chrono_literals;
using reroute::normalized_error;
using reroute::priority;
using reroute::detail::dispatcher;
using reroute::detail::gate;
using reroute::detail::holds;
using reroute::detail::permit;
using reroute::detail::verdict;
using reroute::detail::waiter;
using time_point = waiter::time_point;

namespace {

constexpr int route_count = 3;
constexpr std::size_t most_waiting = 60;
constexpr int one_in = 8, patience = 64;  // of the lower priorities' share, as the README says

// a call, and what the model knows of it
struct known_call : waiter {
  int tenant = 0;
  bool waits = false;
  int overtaken = 0;  // by less urgent ones while it could have gone
  int went = 0;       // of its own level or above, meanwhile
};

struct under_way {
  known_call* who;
  int route;
  permit held;
};

class world {
 public:
  explicit world(unsigned seed) : dice_(seed), waiting_(routes()) {
    tenants_ = 1 + below(4);
    (void)waiting_.scope("one");
    (void)waiting_.scope("other");
  }
  ~world() {
    for (known_call& each : calls_)
      waiting_.remove(each);
  }

  void step() {
    switch (below(10)) {
      case 0:
      case 1:
      case 2:
        for (std::size_t more = below(8); more > 0; --more)
          arrive();
        break;
      case 3:
        leave();
        break;
      case 4:
      case 5:
        for (std::size_t more = below(6); more > 0; --more)
          answer();
        break;
      case 6:
        fail();
        break;
      default:
        now_ += std::chrono::milliseconds(below(400));
    }
    poll_all();
    if (below(3) != 0 || waiting_.size() == 0) return;
    const time_point next = waiting_.wake(now_);
    if (next == time_point::max()) return;
    now_ = next;
    poll_all();
  }

  // nobody comes any more, everything is answered: all leave
  void finish() {
    for (int turn = 0; turn < 3000 && waiting_.size() > 0; ++turn) {
      while (!sent_.empty())
        answer();
      poll_all();
      const time_point next = waiting_.wake(now_);
      now_ = next == time_point::max() ? now_ + 100ms : next;
      poll_all();
    }
    CHECK(waiting_.size() == 0);
    CHECK(std::none_of(calls_.begin(), calls_.end(), [](const auto& each) { return each.waits; }));
  }

  std::size_t admissions = 0, told_due = 0, told_miss = 0, told_shut = 0;

 private:
  std::vector<reroute::detail::gated_route> routes() {
    std::vector<reroute::detail::gated_route> made;
    for (int route = 0; route < route_count; ++route) {
      reroute::detail::gated_route one;
      one.options.initial_window = 100'000;
      one.options.quarantine = 5s;
      one.limits.requests_per_minute = 60.0 * static_cast<double>(1 + below(40));
      one.limits.burst = static_cast<double>(1 + below(20));
      made.push_back(one);
    }
    return made;
  }
  std::size_t below(std::size_t count) { return dice_() % count; }
  std::chrono::milliseconds soon() { return std::chrono::milliseconds(1 + below(6000)); }

  void enter(known_call& call) {
    waiting_.add(call);
    call.waits = true;
  }

  void arrive() {
    if (waiting_.size() >= most_waiting) return;
    known_call& call = calls_.emplace_back();
    call.routes = static_cast<reroute::detail::route_set>(1 + below((1 << route_count) - 1));
    call.scope = waiting_.scope(below(4) == 0 ? "other" : "one");
    call.priority = static_cast<priority>(below(3));
    call.tenant = static_cast<int>(below(tenants_));
    if (below(3) == 0) call.due = call.deadline = now_ + soon();
    if (below(8) == 0) {  // backs off
      call.routes = 0;
      call.due = now_ + soon();
    }
    waiting_.enrol(call, "tenant " + std::to_string(call.tenant));
    enter(call);
  }

  void leave() {
    std::vector<known_call*> there;
    for (known_call& each : calls_)
      if (each.waits) there.push_back(&each);
    if (there.empty()) return;
    known_call& one = *there[below(there.size())];
    waiting_.remove(one);
    waiting_.remove(one);  // once more does no harm
    one.waits = false;
  }

  under_way take() {
    const std::size_t which = below(sent_.size());
    const under_way one = sent_[which];
    sent_.erase(sent_.begin() + static_cast<std::ptrdiff_t>(which));
    return one;
  }

  void answer() {
    if (sent_.empty()) return;
    const under_way one = take();
    waiting_.gate_of(one.route, one.who->scope).admitted(one.held, now_);
  }

  // it is refused, or meets a fault, and waits again; some are given up
  void fail() {
    if (sent_.empty()) return;
    const under_way one = take();
    gate& at = waiting_.gate_of(one.route, one.who->scope);
    normalized_error error;
    error.category = reroute::category::rate_limit;
    error.status = 429;
    switch (below(6)) {
      case 0:
        at.released(one.held, now_);
        return;
      case 1:
        error.category = reroute::category::quota;
        at.quarantined(one.held, error, now_);
        break;
      case 2:
        at.faulted(one.held, true, now_, 0.5);
        break;
      case 3:
        at.refused(one.held, error, now_, 0.5);
        break;
      default:
        error.retry_after = std::chrono::milliseconds(1 + below(below(5) == 0 ? 60'000 : 3000));
        at.refused(one.held, error, now_, 0.5);
    }
    if (below(4) == 0) return;
    if (one.who->deadline <= now_) one.who->due = one.who->deadline;
    enter(*one.who);
  }

  // ---- what must hold

  time_point opening(const waiter& call, int route) {
    return waiting_.gate_of(route, call.scope).earliest(now_, call.need);
  }
  int open_route(const waiter& call) {
    for (int route = 0; route < route_count; ++route)
      if (holds(call.routes, route) && opening(call, route) <= now_) return route;
    return -1;
  }
  template <class Look>
  void each_waiting(Look look) {
    for (known_call& each : calls_)
      if (each.waits) look(each);
  }

  void poll_all() {
    std::size_t turns = 0;
    for (;; ++turns) {
      REQUIRE(turns < 10'000);
      std::vector<const known_call*> could_go;
      each_waiting([&](known_call& each) {
        if (open_route(each) >= 0) could_go.push_back(&each);
      });
      const verdict said = waiting_.poll(now_);
      if (said.what == verdict::kind::none) {
        CHECK(could_go.empty());
        break;
      }
      REQUIRE(said.who != nullptr);
      auto& who = static_cast<known_call&>(*said.who);
      REQUIRE(who.waits);  // none twice
      who.waits = false;
      heard(said, who, could_go);
    }
    nothing_is_late();
  }

  void heard(const verdict& said, known_call& who, const std::vector<const known_call*>& could_go) {
    switch (said.what) {
      case verdict::kind::due:
        CHECK(who.due <= now_);
        ++told_due;
        break;
      case verdict::kind::would_miss:
        CHECK(who.deadline > now_);
        CHECK(misses(who));
        ++told_miss;
        break;
      case verdict::kind::shut:
        CHECK(quarantined(who));
        REQUIRE(said.reason);
        ++told_shut;
        break;
      default:
        went(said, who, could_go);
    }
  }

  void went(const verdict& said, known_call& who, const std::vector<const known_call*>& could_go) {
    ++admissions;
    CHECK(holds(who.routes, said.route));
    CHECK(who.due > now_);
    // its gate was open, and no better one
    REQUIRE(std::find(could_go.begin(), could_go.end(), &who) != could_go.end());
    CHECK(said.held.at == now_);
    bool lower = false;
    for (const known_call* each : could_go) {
      if (each == &who) continue;
      // first come, first served
      if (each->tenant == who.tenant && each->priority == who.priority)
        CHECK(each->sequence > who.sequence);
      lower = lower || each->priority > who.priority;
      auto& other = const_cast<known_call&>(*each);
      if (each->priority < who.priority) {
        ++other.overtaken;
        CHECK(other.overtaken <= 1 + other.went / (tenants_ == 1 ? patience : one_in));
      } else {
        ++other.went;
      }
    }
    // the less urgent get their share
    auto& alone = without_lower_[static_cast<std::size_t>(who.priority)];
    alone = lower ? alone + 1 : alone;
    CHECK(alone <= patience);
    for (std::size_t above = 0; above < static_cast<std::size_t>(who.priority); ++above)
      without_lower_[above] = 0;
    sent_.push_back({&who, said.route, said.held});
    waiting_.gate_of(said.route, who.scope).sent(said.held, now_);
  }

  bool misses(const waiter& call) {
    for (int route = 0; route < route_count; ++route) {
      if (!holds(call.routes, route)) continue;
      const time_point when = opening(call, route);
      if (when == gate::when_heard || when < call.deadline) return false;
      if (waiting_.gate_of(route, call.scope).listening()) return false;
    }
    return call.routes != 0;
  }
  bool quarantined(const waiter& call) {
    for (int route = 0; route < route_count; ++route)
      if (holds(call.routes, route) &&
          waiting_.gate_of(route, call.scope).current(now_) != reroute::gate_state::quarantined)
        return false;
    return call.routes != 0;
  }

  void nothing_is_late() {
    time_point next = time_point::max();
    std::size_t count = 0;
    each_waiting([&](known_call& each) {
      ++count;
      CHECK(each.due > now_);
      CHECK_FALSE((each.deadline != time_point::max() && misses(each)));
      CHECK_FALSE(quarantined(each));
      next = std::min(next, each.due);
      for (int route = 0; route < route_count; ++route)
        if (holds(each.routes, route)) next = std::min(next, opening(each, route));
    });
    CHECK(waiting_.size() == count);  // none lost
    const time_point wake = waiting_.wake(now_);
    CHECK(wake <= next);
    CHECK(wake > now_);
  }

  std::mt19937 dice_;
  dispatcher waiting_;
  std::size_t tenants_ = 1;
  std::deque<known_call> calls_;
  std::vector<under_way> sent_;
  time_point now_{1h};
  std::array<int, 3> without_lower_{};
};

}  // namespace

TEST_CASE("the dispatcher does what a naive model says, whatever comes") {
  std::size_t admissions = 0, due = 0, miss = 0, shut = 0;
  for (unsigned seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    world all(seed);
    for (int step = 0; step < 300; ++step)
      all.step();
    all.finish();
    admissions += all.admissions;
    due += all.told_due;
    miss += all.told_miss;
    shut += all.told_shut;
  }
  // all of it was met
  CHECK(admissions > 10'000);
  CHECK(due > 500);
  CHECK(miss > 50);
  CHECK(shut > 50);
}

TEST_CASE("tenants who always wait get the same share, whatever their number of calls") {
  std::mt19937 dice(7);
  for (int round = 0; round < 20; ++round) {
    dispatcher waiting({{.options = {}, .limits = {.requests_per_minute = 6e7, .burst = 1e6}}});
    const std::size_t tenants = 2 + dice() % 5;
    std::deque<known_call> calls;
    for (std::size_t tenant = 0; tenant < tenants; ++tenant)
      for (std::size_t more = 100 + dice() % 300; more > 0; --more) {
        known_call& call = calls.emplace_back();
        call.routes = 1;
        call.tenant = static_cast<int>(tenant);
        waiting.enrol(call, std::to_string(tenant));
        waiting.add(call);
      }
    std::vector<std::size_t> had(tenants);
    for (std::size_t turn = 0; turn < 100 * tenants; ++turn) {
      const verdict said = waiting.poll(time_point(1h));
      REQUIRE(said.what == verdict::kind::admit);
      waiting.gate_of(0, said.who->scope).admitted(said.held, time_point(1h));
      ++had[static_cast<std::size_t>(static_cast<known_call&>(*said.who).tenant)];
      CHECK(*std::max_element(had.begin(), had.end()) <=
            *std::min_element(had.begin(), had.end()) + 1);
    }
    for (known_call& each : calls)
      waiting.remove(each);
  }
}
