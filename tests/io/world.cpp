// A loop, a clock, a certificate authority and a transport: the stage of the transport's tests.
#include "tests/io/world.hpp"

#include "detail/asio_compat.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>

#include <chrono>
#include <exception>
#include <system_error>

namespace reroute::io_test {

const testing::throwaway_ca& trusted_ca() {
  static const testing::throwaway_ca only;
  return only;
}

server_options localhost_server() {
  static const testing::identity only = trusted_ca().issue({});
  server_options options;
  options.identity = only;
  return options;
}

namespace {

// Asio itself throws where a cancelled coroutine awaits; all else would be the transport's mistake
transport_error error_of(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    const std::error_code code = detail::code_of(failure);
    CHECK(code == make_error_code(asio::error::operation_aborted));
    return {code, false, "thrown"};
  }
}

}  // namespace

asio::awaitable<answer> fetch(transport& over, http::request request, bool reads_ready) {
  answer result;
  auto got = co_await over.exchange(std::move(request));
  result.error = got.error;
  if (got.error) co_return result;
  result.status = got.head.status;
  result.headers = got.head.headers;
  while (!result.error && !result.whole) {
    if (reads_ready && got.body->read_ready(result.body)) {
      result.whole = true;
      break;
    }
    const body_piece piece = co_await got.body->read();
    result.error = piece.error;
    result.body += piece.bytes;
    result.whole = piece.last;
  }
  co_return result;
}

world::world() {
  options.versions = http_versions::http1;  // HTTP/2 has tests of its own
  options.tls.ca_pem = trusted_ca().pem();
  options.keep_alive = std::chrono::seconds(30);
}

world::~world() {
  client.reset();
  if (settles) settle();
}

transport& world::over() {
  if (!client) client = make_https_transport(io.get_executor(), options, time);
  return *client;
}

http::request world::post(const scripted_server& to, std::string body) const {
  http::request request;
  request.method = "POST";
  request.url.scheme = options.allow_plain_http ? "http" : "https";
  request.url.host = "localhost";
  request.url.port = to.port();
  request.url.target = "/v1/messages";
  request.headers.add("x-api-key", "secret-key");
  request.body = http::body(std::move(body));
  return request;
}

std::shared_ptr<pending_fetch> world::start(http::request request) {
  auto pending = std::make_shared<pending_fetch>();
  started.push_back(pending);
  asio::co_spawn(io, fetch(over(), std::move(request), reads_ready),
                 asio::bind_cancellation_slot(pending->cancel.slot(),
                                              [pending](std::exception_ptr thrown, answer result) {
                                                pending->result = std::move(result);
                                                if (thrown)
                                                  pending->result.error = error_of(thrown);
                                                pending->done = true;
                                                ++pending->completions;
                                              }));
  return pending;
}

void world::run_until(const std::function<bool()>& done) {
  constexpr auto hangs = std::chrono::minutes(2);  // whatever the machine is busy with
  auto give_up = std::chrono::steady_clock::now() + hangs;
  io.restart();
  while (!done()) {
    if (io.run_one_for(std::chrono::milliseconds(100)) > 0)
      give_up = std::chrono::steady_clock::now() + hangs;
    if (std::chrono::steady_clock::now() > give_up) FAIL("nothing happened for two minutes");
    if (io.stopped()) io.restart();
  }
}

answer world::finish(const std::shared_ptr<pending_fetch>& fetch) {
  run_until([&] { return fetch->done; });
  return fetch->result;
}

void world::settle() {
  io.restart();
  while (io.poll() > 0) {
  }
}

void world::give_up_on(const std::shared_ptr<pending_fetch>& fetch, const scripted_server& proxy,
                       const std::string& name) {
  const bool cancels = GENERATE(true, false);
  if (cancels) {
    fetch->cancel.emit(asio::cancellation_type::terminal);
  } else {
    time->advance(std::chrono::seconds(4));
  }
  const auto got = finish(fetch);
  if (cancels) {
    CHECK(got.error.code == make_error_code(asio::error::operation_aborted));
  } else {
    CHECK(got.error.code == errc::connect_timeout);
    CHECK_THAT(got.error.detail, Catch::Contains("through " + name));
  }
  CHECK_FALSE(got.error.sent);
  run_until([&] { return proxy.open() == 0; });
}

std::string ok(const std::string& body, const std::string& more_fields) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_fields + "\r\n" + body;
}

std::string body_of(const std::string& request) {
  return request.substr(request.find("\r\n\r\n") + 4);
}

asio::awaitable<void> echo(server_connection& connection) {
  for (;;) {
    const std::string request = co_await connection.read_request();
    if (request.empty()) co_return;
    co_await connection.write(ok(body_of(request)));
  }
}

}  // namespace reroute::io_test
