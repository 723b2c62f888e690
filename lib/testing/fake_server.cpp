// A fake Claude on a thread of its own.
#include <reroute/testing/fake_server.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <future>
#include <list>
#include <thread>
#include <utility>

namespace reroute::testing {

struct fake_server::parts {
  parts(fake_route_options options, std::uint64_t seed)
      : claude(io.get_executor(), system_clock(), seed),
        first(claude.add_route(std::move(options))),
        ca_pem(claude.ca_pem()),
        thread([this] { io.run(); }) {}
  ~parts() {
    asio::post(io, [this] {
      claude.stop();
      for (fake_identity& each : identities)
        each.stop();
      io.stop();  // also if somebody else has work here
    });
    thread.join();
  }
  parts(const parts&) = delete;
  parts& operator=(const parts&) = delete;

  // what `action` returns or throws, on the server's thread
  template <class Action>
  auto on_loop(Action action) -> decltype(action()) {
    if (std::this_thread::get_id() == thread.get_id()) return action();
    std::packaged_task<decltype(action())()> task(std::move(action));
    auto result = task.get_future();
    asio::post(io, [&task] { task(); });
    return result.get();
  }

  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> busy = asio::make_work_guard(io);
  fake_claude claude;
  fake_route first;
  std::list<fake_identity> identities;
  std::string ca_pem;
  std::thread thread;  // last: it starts when all else is there
};

fake_server::fake_server(fake_route_options first, std::uint64_t seed)
    : parts_(std::make_unique<parts>(std::move(first), seed)) {}

fake_server::~fake_server() = default;

fake_route fake_server::route() const { return parts_->first; }

std::string fake_server::ca_pem() const {
  return parts_->on_loop([this] { return parts_->ca_pem; });
}

https_options fake_server::https() const {
  https_options options;
  options.tls.ca_pem = ca_pem();
  return options;
}

fake_route fake_server::add_route(fake_route_options options) {
  return parts_->on_loop([&] { return parts_->claude.add_route(std::move(options)); });
}

fake_identity& fake_server::add_identity(fake_identity_options options) {
  return parts_->on_loop([&]() -> fake_identity& {
    fake_identity& made =
        parts_->identities.emplace_back(parts_->io.get_executor(), std::move(options));
    parts_->ca_pem += made.ca_pem();
    return made;
  });
}

void fake_server::set_hearing_time(std::chrono::milliseconds time) {
  parts_->on_loop([&] { parts_->claude.set_hearing_time(time); });
}

std::size_t fake_server::admitted_twice() const { return parts_->claude.admitted_twice(); }

std::size_t fake_server::asked_after_answer() const { return parts_->claude.asked_after_answer(); }

std::map<std::string, request_log> fake_server::requests() const {
  return parts_->claude.requests();
}

asio::any_io_executor fake_server::get_executor() const { return parts_->io.get_executor(); }

}  // namespace reroute::testing
