// How much is resident per call in flight, on one thread.
#include "bench/loopback/memory.hpp"

#include "bench/loopback/own_clients.hpp"

#include <asio/co_spawn.hpp>

#include <exception>
#include <filesystem>

namespace loopback {
namespace {

asio::awaitable<void> ask_once(own_clients& in, bool whole_client, std::size_t& ended) {
  if (whole_client) {
    (void)co_await ask_create(in);
  } else {
    (void)co_await ask_bare(in);
  }
  ++ended;
}

double open_sockets() {
  double count = 0;
  for (const auto& each : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code ec;
    count += std::filesystem::read_symlink(each.path(), ec).string().starts_with("socket:");
  }
  return count;
}

}  // namespace

std::vector<double> run_memory(const place& to, const load& what, bool whole_client) {
  own_clients here(to, what);
  const double before = resident_bytes(), began = wall_seconds();
  std::size_t ended = 0;
  const std::size_t calls = what.in_flight();
  for (std::size_t i = 0; i < calls; ++i) {
    asio::co_spawn(here.io, ask_once(here, whole_client, ended), [](std::exception_ptr failed) {
      if (failed) std::rethrow_exception(failed);
    });
  }
  double resident = 0, sockets = 0;
  for (double next = 0; ended == 0;) {
    here.io.run_one_for(std::chrono::milliseconds(100));
    if (wall_seconds() < next) continue;
    resident = resident_bytes();  // none has been answered: the last look is with all under way
    sockets = open_sockets();
    next = wall_seconds() + 1;
  }
  const double took = wall_seconds() - began;
  while (ended < calls && here.io.run_one() > 0) {
  }
  return {(resident - before) / static_cast<double>(calls), sockets, took};
}

}  // namespace loopback
