// The address cache: one question at a time, kept for a minute, stale rather than nothing.
#include "io/host_resolver.hpp"

#include "tests/io/fake_clock.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

using namespace reroute;
using namespace reroute::detail;
using namespace std::chrono_literals;

namespace {

struct scene {
  asio::io_context io;
  std::shared_ptr<io_test::fake_clock> time = std::make_shared<io_test::fake_clock>();
  deadlines queue{io.get_executor(), time};
  std::vector<std::string> asked;
  std::vector<std::function<void(host_addresses)>> answers;
  host_resolver resolver{queue, [this](const std::string& host, auto answer) {
                           asked.push_back(host);
                           answers.push_back(std::move(answer));
                         }};

  struct question {
    explicit question(asio::io_context& io) : wake(io.get_executor()) {}
    bell wake;
    bool stopped = false;
    std::optional<host_addresses> answer;
  };
  static asio::awaitable<void> run(host_resolver& in, std::string host, question& of) {
    of.answer = co_await in.resolve(std::move(host), of.wake, of.stopped);
  }
  std::unique_ptr<question> ask(const std::string& host) {
    auto made = std::make_unique<question>(io);
    asio::co_spawn(io, run(resolver, host, *made), asio::detached);
    poll();
    return made;
  }
  void poll() {
    io.restart();
    io.poll();
  }
  void tell(const std::string& address) {
    host_addresses found;
    if (address.empty()) {
      found.error = std::make_error_code(std::errc::host_unreachable);
    } else {
      found.addresses.push_back(asio::ip::make_address(address));
    }
    std::exchange(answers, {}).front()(std::move(found));
    poll();
  }
};

std::string first(const std::optional<host_addresses>& answer) {
  if (!answer) return "still waiting";
  return answer->addresses.empty() ? "error" : answer->addresses.front().to_string();
}

}  // namespace

TEST_CASE("literals and localhost are never asked for") {
  scene s;
  CHECK(first(s.ask("192.0.2.1")->answer) == "192.0.2.1");
  CHECK(first(s.ask("2001:db8::1")->answer) == "2001:db8::1");
  const auto local = s.ask("localhost");
  CHECK(first(local->answer) == "127.0.0.1");
  CHECK(local->answer->addresses.size() == 2);
  CHECK(s.asked.empty());
}

TEST_CASE("one question serves all who ask at once, and for a minute") {
  scene s;
  const auto a = s.ask("one.example");
  const auto b = s.ask("one.example");
  const auto c = s.ask("two.example");
  CHECK(s.asked == std::vector<std::string>{"one.example", "two.example"});
  CHECK(first(a->answer) == "still waiting");
  s.answers.pop_back();
  s.tell("192.0.2.1");
  CHECK(first(a->answer) == "192.0.2.1");
  CHECK(first(b->answer) == "192.0.2.1");
  CHECK(first(c->answer) == "still waiting");
  s.time->advance(59s);
  CHECK(first(s.ask("one.example")->answer) == "192.0.2.1");
  s.time->advance(2s);
  const auto d = s.ask("one.example");
  CHECK(s.asked.size() == 3);
  s.tell("192.0.2.9");
  CHECK(first(d->answer) == "192.0.2.9");
  c->stopped = true;
  c->wake.ring();
  s.poll();
}

TEST_CASE("a stale answer is better than none, a failure is not kept") {
  scene s;
  const auto failed = s.ask("x.example");
  s.tell("");
  CHECK(first(failed->answer) == "error");
  CHECK(failed->answer->error == std::errc::host_unreachable);
  const auto again = s.ask("x.example");
  CHECK(s.asked.size() == 2);
  s.tell("192.0.2.1");
  CHECK(first(again->answer) == "192.0.2.1");
  s.time->advance(2min);
  const auto stale = s.ask("x.example");
  s.tell("");
  CHECK(first(stale->answer) == "192.0.2.1");
  CHECK(first(s.ask("x.example")->answer) == "192.0.2.1");
  CHECK(s.asked.size() == 3);
  s.time->advance(6s);
  const auto back = s.ask("x.example");
  s.tell("192.0.2.2");
  CHECK(first(back->answer) == "192.0.2.2");
}

TEST_CASE("who is stopped leaves, the others go on") {
  scene s;
  const auto a = s.ask("slow.example");
  const auto b = s.ask("slow.example");
  a->stopped = true;
  a->wake.ring();
  s.poll();
  CHECK(first(a->answer) == "error");
  s.tell("192.0.2.1");
  CHECK(first(b->answer) == "192.0.2.1");
}
