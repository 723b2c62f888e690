// The fake's certificates, and its end: stopped, outlived by its loop, or outliving it.
#include "tests/testing/raw_client.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>
#include <openssl/ssl.h>

#include <optional>
#include <thread>

using namespace std::chrono_literals;
using namespace tests;

TEST_CASE("a good certificate is trusted by name and address; the others are not") {
  using shown = fakes::shown_certificate;
  for (const auto kind :
       {shown::good, shown::expired, shown::self_signed, shown::wrong_host, shown::wrong_ca}) {
    world w;
    fakes::fake_route_options options;
    options.certificate = kind;
    const auto route = w.fake.add_route(options);
    const heard got = w.ask(route);
    INFO(static_cast<int>(kind) << " " << got.failed.message());
    CHECK((got.status == 200) == (kind == shown::good));
    CHECK(static_cast<bool>(got.failed) == (kind != shown::good));
    w.settle();
    CHECK(route.log().handshakes == (kind == shown::good ? 1U : 0U));
    CHECK(route.log().requests == route.log().handshakes);
    CHECK(route.log().open_connections == 0);
  }
}

TEST_CASE("two fakes are strangers to each other") {
  world w;
  fakes::fake_claude other(w.io.get_executor(), w.time);
  const auto route = other.add_route();
  CHECK(w.fake.ca_pem() != other.ca_pem());
  CHECK(w.ask(route).failed);
}

TEST_CASE("the fake speaks http/1.1 to who offers it") {
  world w;
  const auto route = w.fake.add_route();
  const auto client = w.client();
  static const unsigned char offered[] = "\x02h2\x08http/1.1";
  SSL_set_alpn_protos(client->tls(), offered, sizeof offered - 1);
  heard got;
  w.play(&world::one_request, *client, route.port(), wire_request().bytes(), got);
  CHECK(got.status == 200);
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client->tls(), &chosen, &size);
  CHECK(std::string(reinterpret_cast<const char*>(chosen), size) == "http/1.1");
}

TEST_CASE("a plain route speaks plain HTTP") {
  world w;
  fakes::fake_route_options options;
  options.plain_http = true;
  const auto route = w.fake.add_route(options);
  CHECK(route.base_url().starts_with("http://127.0.0.1:"));
  asio::ip::tcp::socket socket(w.io);
  socket.connect({asio::ip::address_v4::loopback(), route.port()});
  asio::write(socket, asio::buffer(wire_request().bytes()));
  w.settle();
  std::string got(4096, '\0');
  got.resize(socket.read_some(asio::buffer(got)));
  CHECK(got.starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(w.ask(route).failed);  // and no TLS
  CHECK(route.log().malformed == 1);
}

TEST_CASE("a stopped fake leaves nothing open, and the loop has nothing to do") {
  world w;
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(1h);
  const auto route = w.fake.add_route(options);
  const auto client = w.client();
  heard got;
  bool over = false;
  asio::co_spawn(w.io, world::one_request(*client, route.port(), wire_request().bytes(), got),
                 [&over](std::exception_ptr) { over = true; });
  w.time->run(w.io, 1s);
  w.fake.stop();
  w.fake.stop();
  w.settle();
  CHECK(over);
  CHECK(got.failed);
  CHECK(w.io.stopped());
  CHECK(w.time->pending() == 0);
  CHECK(route.log().open_connections == 0);
  CHECK(route.log().abandoned == 1);
  CHECK(w.ask(route).failed == asio::error::connection_refused);
  CHECK(w.ask(w.fake.add_route()).status == 200);  // it can be opened again
}

TEST_CASE("a fake may end before its loop runs, while it runs, or after the loop is gone") {
  SECTION("before") {
    asio::io_context io;
    { fakes::fake_claude(io.get_executor()).add_route(); }
    io.run();
    CHECK(io.stopped());
  }
  SECTION("while") {
    asio::io_context io;
    auto fake = std::make_unique<fakes::fake_claude>(io.get_executor());
    const auto route = fake->add_route();
    asio::ip::tcp::socket socket(io);
    socket.async_connect({asio::ip::address_v4::loopback(), route.port()},
                         [&](std::error_code) { fake.reset(); });
    io.run();
    CHECK_FALSE(fake);
    CHECK(route.log().open_connections == 0);
  }
  SECTION("after, with connections in every state") {
    std::optional<fakes::fake_claude> fake;
    std::optional<fakes::fake_route> route;
    auto time = std::make_shared<fakes::manual_clock>();
    {
      asio::io_context io;
      fake.emplace(io.get_executor(), time);
      fakes::fake_route_options options;
      options.latency = fakes::latency::fixed(1h);
      route = fake->add_route(options);
      raw_client waiting(io, fake->ca_pem());
      heard got;
      asio::co_spawn(io, world::one_request(waiting, route->port(), wire_request().bytes(), got),
                     asio::detached);
      time->run(io, 1s);
      asio::ip::tcp::socket idle(io);
      idle.connect({asio::ip::address_v4::loopback(), route->port()});
      time->run(io, 1s);
      CHECK(route->log().open_connections == 2);
      CHECK(route->log().concurrent == 1);
    }
    CHECK(route->log().open_connections == 0);
    CHECK(route->log().concurrent == 0);
    fake.reset();
  }
}

TEST_CASE("a fake serves from a thread of its own, and is controlled and read from another") {
  asio::io_context there;
  auto busy = asio::make_work_guard(there);
  fakes::fake_claude fake(there.get_executor());
  fakes::fake_route_options options;
  options.latency = fakes::latency::fixed(1ms);
  auto route = fake.add_route(options);
  std::thread thread([&] { there.run(); });
  asio::io_context here;
  int over = 0;
  std::vector<std::unique_ptr<raw_client>> clients;
  std::vector<heard> got(20);
  for (std::size_t i = 0; i < got.size(); ++i) {
    clients.push_back(std::make_unique<raw_client>(here, fake.ca_pem()));
    asio::co_spawn(here,
                   world::one_request(*clients[i], route.port(), wire_request().bytes(), got[i]),
                   [&](std::exception_ptr) {
                     ++over;
                     route.inject({.status = 500, .requests = 1});
                     route.clear_faults();
                     CHECK(route.log().requests >= 1);
                   });
  }
  here.run();
  CHECK(over == 20);
  for (const heard& each : got)
    CHECK((each.status == 200 || each.status == 500));
  asio::post(there, [&fake] { fake.stop(); });
  busy.reset();
  thread.join();
  CHECK(route.log().requests == 20);
}
