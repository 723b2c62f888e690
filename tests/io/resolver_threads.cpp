// Look-ups that block: they hold up neither the loop, nor each other, nor the end.
#include "io/resolver_threads.hpp"

#include "io/system_lookup.hpp"
#include "tests/support/catch.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

using namespace reroute::detail;

namespace {

// names that begin with "slow" wait until the gate opens; outlives the threads
struct gate {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  std::size_t inside = 0;

  host_addresses look(const std::string& host) {
    std::unique_lock lock(mutex);
    ++inside;
    changed.notify_all();
    if (host.starts_with("slow")) changed.wait(lock, [&] { return open; });
    --inside;
    changed.notify_all();
    host_addresses found;
    found.addresses.push_back(asio::ip::address_v4::loopback());
    return found;
  }
  void open_it() {
    const std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  void wait_for(std::size_t count) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return inside == count; });
  }
};

struct scene {
  std::shared_ptr<gate> door = std::make_shared<gate>();
  std::unique_ptr<asio::io_context> io = std::make_unique<asio::io_context>();
  resolver_threads& threads = asio::make_service<resolver_threads>(
      *io, [door = door](const std::string& host) { return door->look(host); });
  std::vector<std::string> answered;

  void ask(const std::string& host) {
    threads.ask(io->get_executor(), host, [this, host](host_addresses found) {
      CHECK(found.addresses.size() == 1);
      answered.push_back(host);
    });
  }
  void run_until(const std::function<bool()>& done) {
    io->restart();
    const auto work = asio::make_work_guard(*io);
    while (!done())
      REQUIRE(io->run_one_for(std::chrono::minutes(2)) == 1);  // else it hangs
  }
};

}  // namespace

TEST_CASE("a name that hangs delays no other") {
  scene s;
  s.ask("slow.example");
  s.door->wait_for(1);
  s.ask("fast.example");
  s.run_until([&] { return s.answered.size() == 1; });
  CHECK(s.answered == std::vector<std::string>{"fast.example"});
  s.door->open_it();
  s.run_until([&] { return s.answered.size() == 2; });
}

TEST_CASE("no more threads than eight, and none that is not needed") {
  scene s;
  CHECK(s.threads.threads() == 0);
  for (std::size_t i = 0; i < 2 * resolver_threads::most; ++i)
    s.ask("slow" + std::to_string(i));
  s.door->wait_for(resolver_threads::most);
  CHECK(s.threads.threads() == resolver_threads::most);
  s.door->open_it();
  s.run_until([&] { return s.answered.size() == 2 * resolver_threads::most; });
  CHECK(s.threads.threads() == resolver_threads::most);
}

TEST_CASE("the end of the loop waits for no look-up") {
  scene s;
  bool told = false;
  auto held = std::make_shared<int>(1);
  s.threads.ask(s.io->get_executor(), "slow.example",
                [&told, held](const host_addresses&) { told = true; });
  s.door->wait_for(1);
  s.io->run();  // has nothing else to do
  s.io.reset();
  CHECK(held.use_count() == 1);
  s.door->open_it();
  s.door->wait_for(0);
  CHECK_FALSE(told);
}

TEST_CASE("the system's resolver knows literals") {
  const auto four = system_lookup("127.0.0.1");
  REQUIRE(four.addresses.size() == 1);
  CHECK(four.addresses[0] == asio::ip::make_address("127.0.0.1"));
  const auto six = system_lookup("::1");
  REQUIRE(six.addresses.size() == 1);
  CHECK(six.addresses[0] == asio::ip::make_address("::1"));
  CHECK(system_lookup("not a name").error);
}
