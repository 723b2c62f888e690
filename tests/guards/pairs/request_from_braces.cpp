// What stands inside a `co_await` is never an aggregate: g++ 12 destroys such a temporary twice.
// refused: designated initializer|no matching constructor|could not convert|cannot be initialized
#include <reroute/client/client.hpp>

#include <type_traits>

static_assert(!std::is_aggregate_v<reroute::call_options>);
static_assert(!std::is_aggregate_v<reroute::plan>);

asio::awaitable<void> ask(reroute::client& claude) {
#ifdef REROUTE_MISTAKE
  co_await claude.create(reroute::message_request{.model = "claude-opus-4-8"});
#else
  co_await claude.create(reroute::message_request("claude-opus-4-8").user("Hello."));
#endif
}
