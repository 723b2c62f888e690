// A coroutine that is never awaited never starts: forgetting `co_await` is an error, not a silence.
// refused: nodiscard|unused-result
#include <reroute/client/client.hpp>

asio::awaitable<void> ask(reroute::client& claude, const reroute::message_request& question) {
#ifdef REROUTE_MISTAKE
  claude.create(question);
  co_return;
#else
  co_await claude.create(question);
#endif
}
