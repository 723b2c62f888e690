// What a waiting call holds.
#include "bench/machines/memory.hpp"

#include <reroute/reroute.hpp>
#include <reroute/testing/faces.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "bench/machines/turnstile.hpp"
#include "client/call.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/use_awaitable.hpp>

#include <chrono>
#include <malloc.h>
#include <memory>
#include <string>

namespace bench {
namespace {

using namespace std::chrono_literals;

reroute::message_request question() {
  return reroute::message_request("claude-opus-4-8").max_tokens(64).user("Say hello.");
}

asio::awaitable<void> wait_for_answer(reroute::client& claude) {
  (void)co_await claude.create(question());
}

// an operation that only keeps its handler
using waiting_handler = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;
struct keep_handler {
  void operator()(waiting_handler handler, std::vector<waiting_handler>* in) const {
    in->push_back(std::move(handler));
  }
};
asio::awaitable<void> nothing(std::vector<waiting_handler>& in, const reroute::message_request&) {
  const asio::use_awaitable_t<> token;
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(keep_handler(), token, &in);
}
asio::awaitable<void> wait_for_nothing(std::vector<waiting_handler>& in) {
  co_await nothing(in, question());
}

std::size_t bytes_in_use() {
  const auto all = mallinfo2();
  return all.uordblks + all.hblkhd;
}

double request_bytes() {
  std::vector<reroute::encoded_request> asked(1'000);
  const std::size_t before = bytes_in_use();
  for (auto& each : asked)
    each = question().encode(reroute::operation::create);
  const auto used = static_cast<double>(bytes_in_use() - before);
  return used / static_cast<double>(asked.size());
}

}  // namespace

double bytes_per_call(call_form form, std::size_t calls) {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  const auto peer =
      std::make_shared<turnstile>(io.get_executor(), reroute::testing::faces::anthropic_429(20s));
  reroute::quota plenty;
  plenty.requests_per_minute = 6e9;
  plenty.burst = 1e9;
  reroute::client_options options;
  options.routes = {reroute::anthropic({.api_key = "key", .transport = peer, .limits = plenty})};
  options.max_waiting = calls + 1;
  options.time = time;
  reroute::client claude(io, std::move(options));
  const auto ignore = [](std::error_code, const reroute::outcome&) {};
  if (form != call_form::refused) {
    claude.async_create(question(), ignore);
    io.poll();
    peer->let_through(1);  // its refusal closes the route
    io.poll();
  }

  const double of_requests = form == call_form::bare ? 0 : request_bytes();
  std::vector<waiting_handler> asleep;
  asleep.reserve(calls);
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i < calls; ++i) {
    switch (form) {
      case call_form::callback:
      case call_form::refused:
        claude.async_create(question(), ignore);
        break;
      case call_form::coroutine:
        asio::co_spawn(io, wait_for_answer(claude), asio::detached);
        break;
      case call_form::bare:
        asio::co_spawn(io, wait_for_nothing(asleep), asio::detached);
    }
  }
  io.restart();
  io.poll();
  if (form == call_form::refused) {
    peer->let_through(calls);
    io.poll();
  }
  const double used =
      static_cast<double>(bytes_in_use() - before) / static_cast<double>(calls) - of_requests;
  claude.cancel();
  asleep.clear();
  io.restart();
  io.poll();
  return used;
}

std::vector<std::pair<std::string, std::size_t>> parts_of_a_call() {
  using namespace reroute::detail;
  using handler = void (*)(std::error_code, const reroute::outcome&);
  return {
      {"places in two queues: order and deadline",
       2 * sizeof(list_hook<waiter>) + 2 * sizeof(heap_hook)},
      {"turn, sequence, lane",
       sizeof(waiter::turn) + sizeof(waiter::sequence) + sizeof(waiter::in)},
      {"routes, limit, cost, deadline, due, priority",
       sizeof(waiter) - 2 * sizeof(list_hook<waiter>) - 2 * sizeof(heap_hook) - 24},
      {"call machine: plan, routes, began, deadline", sizeof(call_machine)},
      {"request, handler, story: pointers",
       sizeof(call::request) + sizeof(call::done) + sizeof(call::story)},
      {"id, attempt timeout, place in the engine's list",
       sizeof(call::id) + sizeof(call::attempt_timeout) + sizeof(call::place)},
      {"the call", sizeof(call)},
      {"reference counts", 16},
      {"completion of a plain function pointer", sizeof(completion_of<handler>)},
      {"in the engine's list of calls, before growth", sizeof(std::shared_ptr<call>)},
  };
}

}  // namespace bench
