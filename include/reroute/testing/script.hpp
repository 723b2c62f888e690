// A transport that says its lines and remembers what it heard: a route without a network.
#pragma once

#include <reroute/io/clock.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/testing/script_line.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::testing {

/// What a script heard: one exchange.
struct heard_exchange {
  std::string method = {};
  http::url url = {};
  http::headers headers = {};
  std::string body = {};
  time_point when{};      ///< on the script's clock
  bool expected = true;   ///< false: nothing in the script was meant for it
  bool answered = false;  ///< a head was handed out, and its body was read to the end
  bool cancelled =
      false;  ///< by cancellation or `shutdown`, before the head or while a body was read
  bool given_up = false;  ///< the body was destroyed before its end
};

/// A scripted transport. Put it into `route::transport`, tell it what to expect, and look afterwards at
/// what it heard:
///
///     auto peer = std::make_shared<script>(clock);
///     peer->expect("POST", "/v1/messages").answers(faces::anthropic_529()).answers(faces::ok("hi"), 50ms);
///     ...
///     CHECK(peer->report() == "");
///
/// A request goes to the first expectation that fits and has lines left, else to `on_request`, else it
/// gets the default answer. Without that it is unexpected: recorded in `failures`, and answered with a
/// 400 that says so, because a client gives up on a 400 at once.
///
/// Used on one implicit strand, like every transport. Keep it alive as long as its client.
class script final : public transport, public std::enable_shared_from_this<script> {
 public:
  /// Delays are waited for on `time`.
  explicit script(std::shared_ptr<clock> time = system_clock());
  script(const script&) = delete;
  script& operator=(const script&) = delete;
  ~script() override;

  /// Expects requests of this method whose path (without the query) ends with `path`; each of its
  /// lines answers one. With several expectations the order is the order of the lines within one, not
  /// among them. The reference stays valid while the script lives.
  expectation& expect(std::string_view method, std::string_view path);
  /// Asked for each request that no expectation fits.
  script& on_request(std::function<line(const http::request& request)> say);
  /// What such requests get when there is no `on_request`.
  script& default_answer(line say);

  /// Everything heard so far, in order of arrival.
  [[nodiscard]] const std::vector<heard_exchange>& heard() const noexcept;
  /// What went against the script, for people: unexpected requests.
  [[nodiscard]] const std::vector<std::string>& failures() const noexcept;
  /// Lines that nobody asked for yet; endless ones do not count.
  [[nodiscard]] std::size_t unsaid() const noexcept;
  /// Exchanges that wait for their head.
  [[nodiscard]] std::size_t in_flight() const noexcept;
  /// True once the client has ended.
  [[nodiscard]] bool is_shut_down() const noexcept;
  /// All failures and unsaid lines as text, one a line; empty if everything went by the script.
  [[nodiscard]] std::string report() const;

  asio::awaitable<exchange_result> exchange(http::request request) override;
  void shutdown() override;

  struct state;

 private:
  std::shared_ptr<state> state_;
};

}  // namespace reroute::testing
