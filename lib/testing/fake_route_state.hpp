// One route of the fake: its limits, faults and log, and what it decides about a request.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/testing/fake_claude.hpp>

#include "testing/limiter.hpp"
#include "testing/request_reader.hpp"

#include <asio/ip/tcp.hpp>
#include <asio/ssl/context.hpp>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <string>

namespace reroute::testing {

/// Who got how many answers, on all routes of a fake.
struct admissions {
  std::mutex mutex;
  std::map<std::string, int, std::less<>> by_user;
};

/// What the server does with one request.
struct reaction {
  http::response answer;
  std::chrono::nanoseconds after{0};
  std::optional<fault> broken;  ///< other than a status: what goes wrong with it
};

struct fake_route_state {
  fake_route_state(fake_route_options set, std::shared_ptr<clock> time, std::uint64_t seed,
                   std::shared_ptr<admissions> all);

  /// Decides, and counts.
  [[nodiscard]] reaction hear(const heard_request& request);
  void begin_request();
  void end_request();

  fake_route_options options;
  std::shared_ptr<clock> time;
  std::shared_ptr<admissions> admitted;
  std::uint16_t port = 0;
  std::chrono::milliseconds hearing_time{100};
  std::optional<asio::ssl::context> tls;
  std::optional<asio::ip::tcp::acceptor> listener;

  mutable std::mutex mutex;  // guards all below: handles may be used on other threads
  limiter limits;
  std::minstd_rand random;
  std::deque<std::pair<fault, time_point>> faults;  // with the end of its time
  time_point refusing_until{};
  time_point announced_at{}, closed_until{};
  fake_log log;

 private:
  [[nodiscard]] reaction refuse(int status, std::chrono::nanoseconds wait, time_point now);
  [[nodiscard]] std::optional<http::response> object_to(const heard_request& request,
                                                        std::string& model,
                                                        std::string& user) const;
  [[nodiscard]] std::optional<fault> next_fault(time_point now);
  [[nodiscard]] http::date today() const;
};

}  // namespace reroute::testing
