// What plain loops are made of: one request, and a pause.
#pragma once

#include "bench/support/article_loops.hpp"

#include <chrono>

namespace bench {

/// A whole response, or why there is none. Not an aggregate: it travels through `co_await`.
struct plain_answer {
  plain_answer() = default;
  reroute::transport_error error;
  reroute::http::response response;
};

/// Asks once on this route. It must outlive the call.
asio::awaitable<plain_answer> ask(loop_context& shared, const plain_route& route);

asio::awaitable<void> pause_for(std::chrono::duration<double> time);

}  // namespace bench
