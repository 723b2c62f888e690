// The coroutine of a streamed answer: its first content, and then what the caller asks for.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/route/credential.hpp>

#include "client/call.hpp"
#include "client/live_route.hpp"

#include <asio/awaitable.hpp>

#include <memory>

namespace reroute::detail {

class engine;

/// Reads the body behind a good `head` (whatever content type it names) until the first content, which ends the call;
/// from then on a piece at a time, when the caller asks. Tells the engine what came of it. Throws nothing.
asio::awaitable<void> run_stream(std::shared_ptr<engine> self, std::shared_ptr<flight> mine,
                                 std::unique_ptr<response_body> body, http::response head,
                                 exchange_facts facts, access_token token);

}  // namespace reroute::detail
