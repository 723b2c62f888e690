// What the whole library adds to a bare exchange on a warm connection: one call at a time, by turns.
#include "bench/loopback/latency.hpp"

#include "bench/loopback/own_clients.hpp"

#include <asio/co_spawn.hpp>

#include <algorithm>
#include <exception>

namespace loopback {
namespace {

double at(std::vector<double> values, double share) {
  const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(place),
                   values.end());
  return values[place];
}

asio::awaitable<void> ask_by_turns(own_clients& in, std::size_t calls, std::vector<double>& bare,
                                   std::vector<double>& whole) {
  for (std::size_t i = 0; i < calls + calls / 10; ++i) {
    const double first = wall_seconds();
    (void)co_await ask_bare(in);
    const double second = wall_seconds();
    (void)co_await ask_create(in);
    const double third = wall_seconds();
    if (i < calls / 10) continue;  // warm-up
    bare.push_back((second - first) * 1e6);
    whole.push_back((third - second) * 1e6);
  }
}

}  // namespace

std::vector<double> run_latency(const place& to, bool http2, std::size_t calls) {
  load what;
  what.http2 = http2;
  what.connections = what.streams = 1;
  own_clients here(to, what);
  std::vector<double> bare, whole;
  asio::co_spawn(here.io, ask_by_turns(here, calls, bare, whole), [](std::exception_ptr failed) {
    if (failed) std::rethrow_exception(failed);
  });
  while (whole.size() < calls && here.io.run_one() > 0) {
  }
  return {at(bare, 0.5), at(bare, 0.99), at(whole, 0.5), at(whole, 0.99)};
}

}  // namespace loopback
