// Everything of this floor that a caller writes inside a co_await, through real Asio coroutines:
// g++ 12 destroys aggregate temporaries twice there, and ASan watches that ours are none.
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>
#include <reroute/message/token_count.hpp>

#include "tests/support/catch.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <exception>
#include <string>
#include <utility>

using reroute::content_block;
using reroute::message;
using reroute::message_request;
using reroute::operation;
using reroute::token_count;

namespace {

const std::string long_text(64, 'x');  // beyond any small-string buffer

// like `client::create`: encodes at once, answers after a turn of the loop
asio::awaitable<message> answer_to(std::string body) {
  co_await asio::post(asio::use_awaitable);
  const std::string shown = std::to_string(body.size());
  co_return *message::parse(R"({"id":")" + shown + R"(","content":[{"type":"text","text":")" +
                            long_text + "\"}]}");
}

asio::awaitable<message> create(const message_request& request) {
  return answer_to(request.encode(operation::create).body_for(request.model()).text());
}

asio::awaitable<message> create_by_value(message_request request) {
  co_await asio::post(asio::use_awaitable);
  co_return co_await create(request);
}

asio::awaitable<token_count> count(const message_request& request) {
  const auto size = static_cast<std::int64_t>(request.encode(operation::count_tokens).size());
  co_await asio::post(asio::use_awaitable);
  co_return token_count(size);
}

// runs a coroutine that takes no state but the text it works with, and passes its failure on
template <class Coroutine>
void run(Coroutine coroutine) {
  asio::io_context io;
  std::exception_ptr failed;
  bool ended = false;
  asio::co_spawn(io, coroutine(), [&](std::exception_ptr error) {
    failed = error;
    ended = true;
  });
  io.run();
  if (failed) std::rethrow_exception(failed);
  CHECK(ended);
}

}  // namespace

TEST_CASE("a temporary request is awaited") {
  run([]() -> asio::awaitable<void> {
    const message reply = co_await create(message_request(long_text).max_tokens(1).user(long_text));
    CHECK(reply.text() == long_text);
    const message other =
        co_await create_by_value(message_request(long_text).max_tokens(1).user(long_text));
    CHECK(other.id() == reply.id());
  });
}

TEST_CASE("a long chain of temporaries is awaited") {
  run([]() -> asio::awaitable<void> {
    const message reply = co_await create_by_value(
        message_request(long_text)
            .max_tokens(1)
            .system(content_block::text(long_text).cache("1h"))
            .user(content_block::text(long_text), content_block::image_url(long_text))
            .assistant(long_text)
            .user(content_block::tool_result(long_text, long_text, true))
            .tool(long_text, long_text, "{}")
            .tool(long_text, long_text, boost::json::object())
            .force_tool(long_text)
            .disable_parallel_tool_use()
            .stop_sequence(long_text)
            .user_id(long_text)
            .effort("high")
            .beta(long_text)
            .set("open", boost::json::value(long_text))
            .set_json("more", "[1]"));
    CHECK(reply.text() == long_text);
    const token_count counted =
        co_await count(message_request(long_text).user(long_text).system(long_text));
    CHECK(counted.input_tokens > 128);
  });
}

TEST_CASE("a request is copied and moved into an await, and answered while others live") {
  run([]() -> asio::awaitable<void> {
    message_request request = message_request(long_text).max_tokens(1).user(long_text);
    const message first = co_await create_by_value(request);
    const message second = co_await create_by_value(message_request(request));
    const message third = co_await create_by_value(std::move(request));
    CHECK(first.id() == second.id());
    CHECK(first.id() == third.id());
    request = message_request(long_text).max_tokens(1).user(long_text).append(first);
    CHECK((co_await create(request)).text() == long_text);
    CHECK((co_await create(message_request(long_text).max_tokens(1).append(first).user("a")))
              .content()
              .at(0)
              .text() == long_text);
  });
}

TEST_CASE("an existing body is awaited") {
  run([]() -> asio::awaitable<void> {
    const message reply = co_await create(
        message_request::from_json("{\"model\":\"" + long_text + "\"}").max_tokens(1));
    CHECK(reply.text() == long_text);
  });
}

TEST_CASE("a refusal inside an await expression leaves nothing behind") {
  run([]() -> asio::awaitable<void> {
    std::string said;
    try {
      const message reply = co_await create(message_request(long_text).user(long_text).beta("a,b"));
      said = reply.text();
    } catch (const std::invalid_argument& refused) {
      said = refused.what();
    }
    CHECK(said.find("a beta's name") != std::string::npos);
    try {
      static_cast<void>(co_await create(message_request(long_text).system(long_text)));
    } catch (const std::invalid_argument& refused) {
      said = refused.what();
    }
    CHECK(said.find("there is no message") != std::string::npos);
  });
}

TEST_CASE("a coroutine that is destroyed while it waits destroys its temporaries once") {
  asio::io_context io;
  asio::co_spawn(
      io,
      []() -> asio::awaitable<void> {
        static_cast<void>(
            co_await create_by_value(message_request(long_text).max_tokens(1).user(long_text).user(
                content_block::text(long_text))));
        FAIL("the loop never runs that far");
      },
      asio::detached);
  CHECK(io.poll_one() == 1);  // into the first wait; then the loop and all in it end
}
