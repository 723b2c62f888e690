// A small TLS client of the tests' own: it sends bytes and keeps every byte that comes back.
#pragma once

#include <reroute/detail/loop_error_code.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "tests/support/catch.hpp"

#include <asio/buffer.hpp>
#include <asio/co_spawn.hpp>
#include <asio/connect.hpp>
#include <asio/detached.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/redirect_error.hpp>
#include <asio/ssl/context.hpp>
#include <asio/ssl/error.hpp>
#include <asio/ssl/host_name_verification.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <array>
#include <exception>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

namespace tests {

namespace fakes = reroute::testing;

/// What came back to one request.
struct heard {
  int status = 0;  ///< 0: no status line
  std::string head, body;
  reroute::loop_error_code failed;  ///< set if the connection ended

  /// The value of a field, whose name is given in lower case as the fake writes it; or "-".
  [[nodiscard]] std::string field(const std::string& name) const {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "-";
    const std::size_t from = at + name.size() + 4;
    return head.substr(from, head.find("\r\n", from) - from);
  }
};

/// A request of fields that are right for either face, to be bent.
struct wire_request {
  std::string method = "POST";
  std::string target = "/v1/messages";
  std::string fields =
      "x-api-key: fake-key\r\nanthropic-version: 2023-06-01\r\ncontent-type: application/json\r\n";
  std::string body =
      R"({"model":"claude","max_tokens":16,"messages":[{"role":"user","content":"hello?"}]})";

  [[nodiscard]] std::string bytes() const {
    return method + " " + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  }
};

inline wire_request asked_by(const std::string& user) {
  wire_request made;
  made.body = R"({"model":"claude","max_tokens":16,"metadata":{"user_id":")" + user +
              R"("},"messages":[{"role":"user","content":"hello?"}]})";
  return made;
}

/// One connection.
class raw_client {
 public:
  raw_client(asio::io_context& io, const std::string& ca_pem) : stream_(io, trusting(ca_pem)) {
    stream_.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
  }
  asio::awaitable<reroute::loop_error_code> connect(std::uint16_t port) {
    reroute::loop_error_code failed;
    const asio::ip::tcp::endpoint to(asio::ip::address_v4::loopback(), port);
    co_await stream_.next_layer().async_connect(to,
                                                asio::redirect_error(asio::use_awaitable, failed));
    if (failed) co_return failed;
    co_await stream_.async_handshake(asio::ssl::stream_base::client,
                                     asio::redirect_error(asio::use_awaitable, failed));
    co_return failed;
  }
  asio::awaitable<reroute::loop_error_code> send(std::string bytes) {
    reroute::loop_error_code failed;
    co_await asio::async_write(stream_, asio::buffer(bytes),
                               asio::redirect_error(asio::use_awaitable, failed));
    co_return failed;
  }
  /// Reads one response, by its Content-Length; or what there is until the connection ends.
  asio::awaitable<heard> listen() {
    heard got;
    std::array<char, 4096> buffer;
    while (!whole() && !got.failed) {
      const std::size_t count = co_await stream_.async_read_some(
          asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, got.failed));
      text_.append(buffer.data(), count);
      ++reads_;
    }
    take(got);
    co_return got;
  }
  asio::awaitable<heard> ask(std::string bytes) {
    heard got;
    got.failed = co_await send(std::move(bytes));
    if (!got.failed) got = co_await listen();
    co_return got;
  }
  [[nodiscard]] asio::ip::tcp::socket& socket() { return stream_.next_layer(); }
  [[nodiscard]] SSL* tls() { return stream_.native_handle(); }
  [[nodiscard]] int reads() const { return reads_; }
  void hang_up() { stream_.next_layer().close(); }

 private:
  static asio::ssl::context& trusting(const std::string& ca_pem) {
    // a context per CA for the whole program: streams refer to it
    static std::map<std::string, asio::ssl::context> contexts;
    const auto found = contexts.find(ca_pem);
    if (found != contexts.end()) return found->second;
    auto& made = contexts.emplace(ca_pem, asio::ssl::context::tls_client).first->second;
    made.set_verify_mode(asio::ssl::verify_peer);
    made.add_certificate_authority(asio::buffer(ca_pem));
    return made;
  }
  [[nodiscard]] bool whole() const {
    const std::size_t end = text_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    if (text_.compare(0, 12, "HTTP/1.1 100") == 0) return true;
    const std::size_t at = text_.find("content-length: ");
    if (at == std::string::npos || at > end) return false;
    return text_.size() >= end + 4 + std::stoul(text_.substr(at + 16));
  }
  void take(heard& into) {
    std::size_t end = text_.find("\r\n\r\n");
    if (text_.compare(0, 9, "HTTP/1.1 ") != 0 || end == std::string::npos) {
      into.body = std::exchange(text_, {});
      return;
    }
    into.status = std::stoi(text_.substr(9, 3));
    into.head = text_.substr(0, end + 4);
    into.body = text_.substr(end + 4);
    text_.clear();
  }

  asio::ssl::stream<asio::ip::tcp::socket> stream_;
  std::string text_;
  int reads_ = 0;
};

/// A fake on a loop in virtual time.
struct world {
  asio::io_context io;
  std::shared_ptr<fakes::manual_clock> time = std::make_shared<fakes::manual_clock>();
  fakes::fake_claude fake{io.get_executor(), time};

  /// Runs a coroutine to its end. It is given parameters, not captures.
  template <class... Args, class... Given>
  void play(asio::awaitable<void> (*scene)(Args...), Given&&... given) {
    bool over = false;
    asio::co_spawn(io, scene(std::forward<Given>(given)...), [&over](std::exception_ptr failed) {
      over = true;
      if (failed) std::rethrow_exception(failed);
    });
    REQUIRE(time->run_until(io, [&over] { return over; }));
  }
  std::unique_ptr<raw_client> client() { return std::make_unique<raw_client>(io, fake.ca_pem()); }

  /// One request on a connection of its own.
  heard ask(const fakes::fake_route& route, const std::string& bytes) {
    const auto one = client();
    heard got;
    play(&one_request, *one, route.port(), bytes, got);
    return got;
  }
  heard ask(const fakes::fake_route& route, const wire_request& request = {}) {
    return ask(route, request.bytes());
  }
  /// Lets everything happen that is on its way, in no time.
  void settle() { time->run(io, std::chrono::nanoseconds(0)); }

  static asio::awaitable<void> one_request(raw_client& client, std::uint16_t port,
                                           std::string bytes, heard& got) {
    got.failed = co_await client.connect(port);
    if (!got.failed) got = co_await client.ask(std::move(bytes));
  }
};

inline fakes::fake_route_options with_face(fakes::face wearing) {
  fakes::fake_route_options options;
  options.face = wearing;
  return options;
}

}  // namespace tests
