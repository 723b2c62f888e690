// The TLS engine against OpenSSL's server side, both in memory.
#include "io/tls_engine.hpp"

#include <reroute/error/errc.hpp>

#include "io/tls_context.hpp"
#include "tests/io/memory_server.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/certificates.hpp"

#include <string>

using namespace reroute;
using namespace reroute::detail;
using io_test::memory_server;
using status = tls_engine::status;

namespace {

const testing::throwaway_ca& ca() {
  static const testing::throwaway_ca only;
  return only;
}

tls_options trusting() {
  tls_options options;
  options.ca_pem = ca().pem();
  return options;
}

std::string take_output(tls_engine& engine) {
  std::string taken(engine.output());
  engine.drop_output(taken.size());
  return taken;
}

// moves bytes until the client is done; `step` bytes at a time towards the client
status shake_hands(tls_engine& client, memory_server& server, std::size_t step = 100000) {
  for (int turn = 0; turn < 10; ++turn) {
    auto state = client.handshake();
    const std::string answer = server.hear_and_answer(take_output(client));
    for (std::size_t at = 0; at < answer.size() && state == status::want_input; at += step) {
      const std::string piece = answer.substr(at, step);
      client.input(piece);
      state = client.handshake();
      if (state == status::done) {
        // what comes with the end of the handshake: tickets, no text
        const std::string tickets = server.hear_and_answer(take_output(client));
        client.input(tickets);
        char none = 0;
        CHECK(client.read(std::span<char>(&none, 1)).state == status::want_input);
      }
    }
    if (state != status::want_input) return state;
  }
  return status::want_input;
}

testing::identity for_name(const std::string& name) {
  testing::certificate_wish wish;
  wish.name = name;
  return ca().issue(wish);
}

std::string read_all(tls_engine& engine, status& last) {
  std::string text;
  char room[7];
  for (;;) {
    const auto got = engine.read(room);
    last = got.state;
    if (got.state != status::done) return text;
    text.append(room, got.size);
  }
}

constexpr std::string_view offer = "\x08http/1.1";

}  // namespace

TEST_CASE("a handshake, in pieces of any size, and bytes both ways") {
  tls_context context(trusting());
  const std::size_t step = GENERATE(1U, 10U, 1000U, 100000U);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  memory_server server(for_name("api.example"), version);
  tls_engine client(context, "api.example", "api.example:443", offer);
  REQUIRE(shake_hands(client, server, step) == status::done);
  CHECK(server.sni() == "api.example");
  CHECK(client.alpn() == "http/1.1");
  CHECK(client.write("question"));
  CHECK(server.hear_and_answer(take_output(client)).empty());
  CHECK(server.plain == "question");

  const std::string cipher = server.say("a rather long answer");
  std::string text;
  status last = status::done;
  for (std::size_t at = 0; at < cipher.size(); at += step) {
    const std::string piece = cipher.substr(at, step);
    client.input(piece);
    text += read_all(client, last);
    CHECK(client.input_empty());
    CHECK(last == status::want_input);
  }
  CHECK(text == "a rather long answer");
}

TEST_CASE("nothing is encrypted before the handshake is done") {
  tls_context context(trusting());
  tls_engine client(context, "api.example", "api.example:443", offer);
  CHECK(client.handshake() == status::want_input);
  const auto hello = take_output(client);
  CHECK_FALSE(client.write("x-api-key: secret"));
  CHECK(client.output().empty());
  CHECK(client.error().code == errc::tls_failed);
}

TEST_CASE("a refused certificate ends in an alert and nothing else") {
  tls_context context(trusting());
  memory_server server(for_name("other.example"));
  tls_engine client(context, "api.example", "api.example:443", offer);
  CHECK(client.handshake() == status::want_input);
  const auto flight = server.hear_and_answer(take_output(client));
  client.input(flight);
  CHECK(client.handshake() == status::failed);
  CHECK(client.error().code == errc::certificate_refused);
  CHECK(client.error().detail ==
        "hostname mismatch: the certificate is for other.example, not for api.example; check the "
        "host "
        "in the URL");
  CHECK_FALSE(client.output().empty());
  CHECK_FALSE(client.write("x-api-key: secret"));
  CHECK(client.handshake() == status::failed);
  server.hear_and_answer(take_output(client));
  CHECK(server.plain.empty());
}

TEST_CASE("an address asks for no server name") {
  tls_context context(trusting());
  testing::certificate_wish wish;
  wish.name = "192.0.2.7";
  wish.ip = true;
  memory_server server(ca().issue(wish));
  tls_engine client(context, "192.0.2.7", "192.0.2.7:443", offer);
  CHECK(shake_hands(client, server) == status::done);
  CHECK(server.sni().empty());
}

TEST_CASE("the end, with close_notify and without") {
  tls_context context(trusting());
  memory_server server(for_name("api.example"));
  tls_engine client(context, "api.example", "api.example:443", offer);
  REQUIRE(shake_hands(client, server) == status::done);
  status last = status::done;
  SECTION("with") {
    auto bytes = server.say("last words");
    bytes += server.say_close();
    client.input(bytes);
    CHECK(read_all(client, last) == "last words");
    CHECK(last == status::closed);
  }
  SECTION("without") {
    const auto bytes = server.say("last words");
    client.input(bytes);
    client.input_end();
    CHECK(read_all(client, last) == "last words");
    CHECK(last == status::failed);
    CHECK(client.error().code == errc::truncated_body);
  }
  SECTION("in the middle of a record") {
    const auto bytes = server.say("last words");
    client.input(std::string_view(bytes).substr(0, bytes.size() - 1));
    client.input_end();
    CHECK(read_all(client, last).empty());
    CHECK(last == status::failed);
  }
  SECTION("a changed byte") {
    auto bytes = server.say("last words");
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    client.input(bytes);
    CHECK(read_all(client, last).empty());
    CHECK(last == status::failed);
    CHECK(client.error().code == errc::tls_failed);
  }
  SECTION("from this side") {
    client.close();
    server.hear_and_answer(take_output(client));
    CHECK(server.heard_close());
  }
}

TEST_CASE("the peer ends in the middle of the handshake") {
  tls_context context(trusting());
  tls_engine client(context, "api.example", "api.example:443", offer);
  CHECK(client.handshake() == status::want_input);
  client.input_end();
  CHECK(client.handshake() == status::failed);
  CHECK(client.error().code == errc::tls_failed);
}

TEST_CASE("a key update is answered") {
  tls_context context(trusting());
  memory_server server(for_name("api.example"), TLS1_3_VERSION);
  tls_engine client(context, "api.example", "api.example:443", offer);
  REQUIRE(shake_hands(client, server) == status::done);
  const auto bytes = server.update_keys();
  client.input(bytes);
  status last = status::done;
  CHECK(read_all(client, last) == "k");
  CHECK(client.write("after"));
  server.hear_and_answer(take_output(client));
  CHECK(server.plain == "after");
}

TEST_CASE("a session is resumed once, by its own origin only") {
  tls_context context(trusting());
  CHECK_FALSE(context.take_session("api.example:443"));
  {
    memory_server server(for_name("api.example"), TLS1_3_VERSION);
    tls_engine client(context, "api.example", "api.example:443", offer);
    REQUIRE(shake_hands(client, server) == status::done);
    CHECK_FALSE(client.resumed());
  }
  CHECK_FALSE(context.take_session("api.example:8443"));
  std::size_t sessions = 0;
  while (context.take_session("api.example:443"))
    ++sessions;
  CHECK(sessions >= 1);
}
