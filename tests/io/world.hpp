// A loop, a clock, a certificate authority and a transport: the stage of the transport's tests.
#pragma once

#include <reroute/error/errc.hpp>
#include <reroute/io/https_transport.hpp>

#include "tests/io/fake_clock.hpp"
#include "tests/io/scripted_server.hpp"
#include "tests/support/certificates.hpp"

#include <asio/awaitable.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace reroute::io_test {

/// The one authority that the tests' clients trust.
const testing::throwaway_ca& trusted_ca();
/// A server's certificate for "localhost" from it; `localhost_server` is the options with it.
server_options localhost_server();

/// What one request came to, body and all.
struct answer {
  transport_error error;  ///< of the head, else of the body
  int status = 0;
  http::headers headers;
  std::string body;
  bool whole = false;  ///< the last piece has come
};

/// Asks, and reads the body to its end; `reads_ready`: takes what has come already before each `read`.
asio::awaitable<answer> fetch(transport& over, http::request request, bool reads_ready = false);

/// A fetch under way on the loop.
struct pending_fetch {
  answer result;
  bool done = false;
  int completions = 0;
  asio::cancellation_signal cancel;
};

struct world {
  world();
  ~world();

  // a cancellation that Asio has put into the queue needs its signal until it has run
  std::vector<std::shared_ptr<pending_fetch>> started;
  asio::io_context io;
  std::shared_ptr<fake_clock> time = std::make_shared<fake_clock>();
  https_options options;
  std::shared_ptr<transport> client;  ///< made by the first use
  bool reads_ready = false;
  bool settles = true;  ///< runs what is left before the loop is destroyed

  transport& over();
  /// A POST to the server under the name localhost.
  http::request post(const scripted_server& to, std::string body = "ask") const;
  std::shared_ptr<pending_fetch> start(http::request request);
  /// Runs the loop until `done`, or fails the test after ten seconds.
  void run_until(const std::function<bool()>& done);
  answer finish(const std::shared_ptr<pending_fetch>& fetch);
  answer ask(http::request request) { return finish(start(std::move(request))); }
  /// Runs what is ready.
  void settle();
  /// Cancels a fetch that waits for `proxy`, or lets its 4 s to connect pass (both are tried): it ends, with
  /// nothing sent, and says through whom it went.
  void give_up_on(const std::shared_ptr<pending_fetch>& fetch, const scripted_server& proxy,
                  const std::string& name);
};

/// A client that offers HTTP/2.
struct h2_world : world {
  h2_world() { options.versions = http_versions::http2_or_1; }
};

/// A whole response with Content-Length.
std::string ok(const std::string& body, const std::string& more_fields = {});
/// Answers every request with its own body.
asio::awaitable<void> echo(server_connection& connection);
/// The body of a request as `read_request` returns it.
std::string body_of(const std::string& request);

}  // namespace reroute::io_test
