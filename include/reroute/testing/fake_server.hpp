// A fake Claude on a thread of its own, for programs and tests whose loop is elsewhere, or which have none.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/io/https_transport.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/fake_identity.hpp>

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace reroute::testing {

/// A `fake_claude` with its own loop and thread; listens on 127.0.0.1 at a port that is free.
///
///     fake_server server;
///     client claude(io, {.routes = {anthropic({.api_key = server.key(), .base_url = server.base_url()})},
///                        .https = server.https()});
///
/// It has one route from the beginning, and as many more as are added. All its functions, and those of the routes it
/// hands out, may be called on any thread. Time is real. Callbacks in `fake_route_options` run on the server's thread
/// and must not throw.
class fake_server {
 public:
  /// Listens when it returns. Throws `std::invalid_argument` for wrong options.
  explicit fake_server(fake_route_options first = {}, std::uint64_t seed = 1);
  fake_server(const fake_server&) = delete;
  fake_server& operator=(const fake_server&) = delete;
  /// Closes listeners and connections, and waits for the thread's end. Not on the server's own thread.
  ~fake_server();

  /// The first route: its faults, limits and log.
  [[nodiscard]] fake_route route() const;
  [[nodiscard]] std::string base_url() const { return route().base_url(); }
  [[nodiscard]] std::string key() const { return route().key(); }
  /// The CAs of all that it serves, for `tls_options::ca_pem`.
  [[nodiscard]] std::string ca_pem() const;
  /// For `client_options::https`: trusts `ca_pem()`.
  [[nodiscard]] https_options https() const;

  /// Opens another listener. Throws `std::invalid_argument` for wrong options.
  fake_route add_route(fake_route_options options = {});
  /// Starts fake token services, which live as long as this. `trusted_by` tells them which routes take their tokens.
  fake_identity& add_identity(fake_identity_options options = {});

  /// As in `fake_claude`.
  void set_hearing_time(std::chrono::milliseconds time);
  [[nodiscard]] std::size_t admitted_twice() const;
  [[nodiscard]] std::size_t asked_after_answer() const;
  [[nodiscard]] std::map<std::string, request_log> requests() const;

  /// The server's loop, for what else a test wants to run there.
  [[nodiscard]] asio::any_io_executor get_executor() const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
};

}  // namespace reroute::testing
