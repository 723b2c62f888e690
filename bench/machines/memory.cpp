// What a waiting call holds. Replaces the global allocation functions to count.
#include "bench/machines/memory.hpp"

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/script.hpp>

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <array>
#include <chrono>
#include <cstdlib>
#include <malloc.h>
#include <memory>
#include <new>
#include <string>

namespace {

// sizes up to 64 KiB by their exact usable size; larger ones (vectors that grow) apart
std::array<long long, 65536> by_size{};
long long live_bytes = 0, live_count = 0;
bool counting = false;

void count(void* at, int sign) {
  if (!counting || at == nullptr) return;
  const std::size_t size = malloc_usable_size(at);
  if (size >= by_size.size()) return;
  by_size[size] += sign;
  live_bytes += sign * static_cast<long long>(size);
  live_count += sign;
}

}  // namespace

void* operator new(std::size_t size) {
  void* const at = std::malloc(size);
  if (at == nullptr) throw std::bad_alloc();
  count(at, 1);
  return at;
}
void operator delete(void* at) noexcept {
  count(at, -1);
  std::free(at);
}
void operator delete(void* at, std::size_t) noexcept { operator delete(at); }

namespace bench {
namespace {

using namespace std::chrono_literals;

reroute::message_request question() {
  return reroute::message_request("claude-opus-4-8").max_tokens(64).user("Say hello.");
}

asio::awaitable<void> wait_for_answer(reroute::client& claude) {
  const auto asked = question();
  try {
    (void)co_await claude.create(asked);
  } catch (const reroute::api_error&) {
  }
}

}  // namespace

call_memory measure_memory(call_form form, std::size_t calls) {
  asio::io_context io;
  const auto peer = std::make_shared<reroute::testing::script>();
  peer->default_answer(reroute::testing::faces::anthropic_429(20s));
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key", .transport = peer})};
  options.max_waiting = calls + 1;
  reroute::client claude(io, std::move(options));
  const auto ignore = [](std::error_code, const reroute::outcome&) {};
  claude.async_create(question(), ignore);
  io.run_for(50ms);  // its refusal closes the route

  call_memory used;
  used.form = form == call_form::callback ? "callback" : "coroutine";
  {
    live_bytes = 0;
    counting = true;
    const auto asked = question().encode(reroute::operation::create);
    used.request_bytes = static_cast<double>(live_bytes);
    counting = false;
  }
  by_size.fill(0);
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  live_bytes = live_count = 0;
  counting = true;
  for (std::size_t i = 0; i < calls; ++i) {
    if (form == call_form::callback) {
      claude.async_create(question(), ignore);
    } else {
      asio::co_spawn(io, wait_for_answer(claude), asio::detached);
    }
  }
  io.poll();
  counting = false;
  const auto each = static_cast<double>(calls);
  // frames of coroutines come from aligned_alloc: the allocator itself knows all
  const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  used.bytes = static_cast<double>(after - before) / each - used.request_bytes;
  used.allocations = static_cast<double>(live_count) / each;
  for (std::size_t size = 0; size < by_size.size(); ++size)
    if (by_size[size] > 0) used.sizes[size] = static_cast<double>(by_size[size]) / each;
  claude.cancel();
  io.run_for(10s);
  return used;
}

}  // namespace bench
