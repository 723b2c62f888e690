// The coroutine of one attempt: token, request, exchange, body, reading.
#pragma once

#include <reroute/message/encoded_request.hpp>

#include "client/call.hpp"

#include <asio/awaitable.hpp>

#include <memory>

namespace reroute::detail {

class engine;

/// Does one attempt and tells the engine what came of it. Throws nothing. Cancelled through its
/// slot.
asio::awaitable<void> run_attempt(std::shared_ptr<engine> self, std::shared_ptr<flight> mine,
                                  operation op, encoded_request request);

}  // namespace reroute::detail
