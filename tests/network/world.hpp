// A client, two routes of a fake Claude, and between them paths that can fail: one loop, and the time that it has had.
#pragma once

#include <reroute/reroute.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "tests/network/wire.hpp"

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

namespace reroute::network {

/// One call, and what it came to.
struct call_story {
  std::size_t number = 0;
  bool streamed = false;
  std::chrono::milliseconds deadline{0};
  int completions = 0;
  std::error_code code;
  reroute::outcome outcome;
  std::string text;                   ///< of its answer
  std::chrono::milliseconds took{0};  ///< as the world's clock says
  time_point begun;
};

/// How the fake knows a call.
[[nodiscard]] std::string user(std::size_t number);
/// Its answer: a few packets, and everybody's own.
[[nodiscard]] std::string text_for(const std::string& user);

/// Impatient: what production waits minutes for is over within a second.
[[nodiscard]] client_options impatient(bool http2);

/// TCP's timers are real; those of the client and of the fake count the time that the loop has had. It passes with
/// the real one as long as the loop and the emulator keep up, and stands still while they do not: on a busy machine
/// nothing is late that has only waited for a processor.
struct world {
  world(const private_network& on, bool http2, client_options options);
  world(const private_network& on, bool http2) : world(on, http2, impatient(http2)) {}
  world(const world&) = delete;
  world& operator=(const world&) = delete;
  ~world();

  path& path_a() { return way.path_to(0); }
  path& path_b() { return way.path_to(1); }
  void on_both(const std::function<void(path&)>& change);

  std::shared_ptr<call_story> create(call_options how = {});
  std::shared_ptr<call_story> stream(call_options how = {});
  /// So many calls of either kind, spread evenly over that time of the loop, which it takes.
  void traffic(std::size_t calls, std::chrono::milliseconds over);
  void run_for(std::chrono::milliseconds span);
  bool run_until(const std::function<bool()>& done, std::chrono::milliseconds most);
  /// Until all calls have ended; false if one lives on when all deadlines have long passed.
  bool finish();
  [[nodiscard]] std::size_t answered() const;
  /// Forgets the calls so far.
  void next_act() { calls.clear(); }

  asio::io_context io{1};
  std::shared_ptr<testing::manual_clock> time = std::make_shared<testing::manual_clock>();
  testing::fake_claude fake{io.get_executor(), time};
  testing::fake_route a, b;
  wire way;
  client_options set;
  std::map<std::string, std::vector<asio::ip::address>> names;  ///< what the resolver knows
  std::vector<std::shared_ptr<call_story>> calls;
  std::size_t last_number = 0;
  std::optional<client> claude;

 private:
  std::shared_ptr<call_story> begin(bool streamed, const call_options& how);
  void end(call_story& of, std::error_code code, const outcome& story) const;
  static asio::awaitable<void> read(world* in, std::shared_ptr<call_story> into, call_options how);
  void beat();

  asio::steady_timer pulse_{io};
  steady::time_point last_beat_ = steady::now();
  std::uint64_t last_turns_ = 0;
};

/// False, then true: over HTTP/1.1 and over HTTP/2. The test that asks runs once with each.
[[nodiscard]] bool either();
/// `impatient`, once with `retry_lost_answers` and once without.
[[nodiscard]] client_options asks_again_or_not(bool http2);

/// What holds in all weathers: every call has ended, once, in time, with its own answer; and nothing was
/// asked again, or paid for twice, that its outcome does not tell.
void check_promises(const world& of);
/// A next act of so many calls that have time enough, to its end, with its promises checked.
void fresh_calls(world& in, std::size_t count);

}  // namespace reroute::network
