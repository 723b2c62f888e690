// An answer that comes in pieces: typed events until the message is whole, or an honest error.
#pragma once

#include <reroute/client/adapted_handler.hpp>
#include <reroute/client/api_error.hpp>
#include <reroute/client/completion.hpp>
#include <reroute/client/outcome.hpp>
#include <reroute/detail/asio.hpp>
#include <reroute/detail/loop_error_code.hpp>
#include <reroute/message/message.hpp>
#include <reroute/message/stream_event.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>

#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <type_traits>
#include <utility>

namespace reroute {

class message_stream;

namespace detail {

class open_stream;
class stream_consumer;
using consumer_ptr = std::shared_ptr<stream_consumer>;

/// What `next` found: an event, or the end of the stream. A class, not an aggregate.
class stream_step {
 public:
  stream_step() {}
  std::optional<stream_event> event;
  std::shared_ptr<const outcome> end;
  bool refused = false;  ///< another read is under way
};

/// Makes streams, and tells them how their call went.
struct stream_opener {
  [[nodiscard]] static message_stream make(const std::shared_ptr<open_stream>& from);
  static void begin(message_stream& stream, const std::error_code& code, outcome story);
};

void await_step(const consumer_ptr& at, completion_ptr_for<stream_step> handler);
[[nodiscard]] asio::any_io_executor executor_of(const stream_consumer& at);
/// What the caller gets of a step, which becomes part of the message so far.
[[nodiscard]] std::optional<stream_event> take_step(stream_consumer& at, stream_step step);

struct step_taker {
  consumer_ptr at;
  template <class Handler>
  void operator()(Handler&& handler, loop_error_code code, stream_step step) {
    std::optional<stream_event> event = take_step(*at, std::move(step));
    // where another thread hears of it, the client's context may be gone before this handler is
    at.reset();
    std::forward<Handler>(handler)(code, std::move(event));
  }
};

class step_initiation {
 public:
  using executor_type = asio::any_io_executor;
  explicit step_initiation(consumer_ptr at) : at_(std::move(at)) {}
  [[nodiscard]] executor_type get_executor() const noexcept { return executor_of(*at_); }

  template <class Handler>
  void operator()(Handler&& handler) const {
    using adapted = adapted_handler<std::decay_t<Handler>, step_taker>;
    await_step(at_, completion_of<adapted, stream_step>::make(
                        adapted{std::forward<Handler>(handler), step_taker{at_}}));
  }

 private:
  consumer_ptr at_;
};

}  // namespace detail

/// A streamed answer, from its first content on. Made by `client::stream`.
///
/// Until the first content the client retries, fails over and hedges as for any call; `client::stream`
/// returns when content is there. From then on nothing is repeated: what goes wrong is told, with
/// `normalized_error::after_content`, what was received, and how the caller may go on
/// (`outcome::resume`). A stream that ends without message_stop is an error as well.
///
/// Bytes are read when they are asked for: a stream that nobody reads holds the provider back, and keeps
/// no more than one piece of the body (about 16 KiB) besides the message so far. The call's deadline
/// bounds all of it. Destroying the stream before its end gives the exchange up at once.
///
/// A stream is known by its first bytes, whatever content type it has. A route that answers with a whole message
/// instead has answered: its events are handed out as if they had come one by one. What is neither is no answer, and
/// is not asked for again where it may be billed.
///
/// `next`, `next_text`, `finish` and `async_next` may be called anywhere and awaited on any executor,
/// one at a time. The other functions are called while none of these is under way. It may outlive its
/// client, whose end cancels it, but not the execution context.
class message_stream {
 public:
  /// Of nothing: it has ended.
  message_stream();
  message_stream(message_stream&&) noexcept;
  message_stream& operator=(message_stream&&) noexcept;
  ~message_stream();

  /// The next event; nothing once the message is whole. Throws `api_error` if the stream breaks, and at
  /// every further call. Cancelling it (terminal, partial, total) cancels the stream.
  [[nodiscard]] asio::awaitable<std::optional<stream_event>> next();
  /// The next piece of text; nothing once the message is whole. Other events are passed over.
  [[nodiscard]] asio::awaitable<std::optional<std::string>> next_text();
  /// Reads what is left, and returns the whole message: text, thinking and tool input put together,
  /// usage as told last. Where a tool's input was cut off (`stop_reason::max_tokens`), what is whole of
  /// it is kept, as the official SDKs do, but for a number at its end, which might go on. Throws as `next`,
  /// and `errc::malformed_answer` for an input that is no JSON (the error names block and byte, and `received()` holds
  /// all blocks, that input as `content_block::unparsed_input`), or an answer nested too deep.
  [[nodiscard]] asio::awaitable<message> finish();

  /// As `next`. Signature  void(reroute::loop_error_code, std::optional<reroute::stream_event>)
  /// An event comes without an error; nothing and no error is the end of a whole message. After an error
  /// `outcome()` has the details. A second call while one is under way ends in
  /// `asio::error::already_started`. A stream of nothing completes on the handler's own executor, or else
  /// Asio's system executor. Cancellation and executor as `client::async_create`.
  template <class Token>
  auto async_next(Token&& token) {
    return asio::async_initiate<Token, void(loop_error_code, std::optional<stream_event>)>(
        detail::step_initiation(state_), token);
  }

  /// The message as far as it was handed out.
  [[nodiscard]] message received() const;
  /// The call's story: its attempts up to the first content, and after the stream's end why it ended.
  /// After an error with what was received and how to go on.
  [[nodiscard]] const reroute::outcome& outcome() const;
  /// True once there is nothing more to come: the message is whole, or the stream broke.
  [[nodiscard]] bool ended() const;
  /// The route that answers; empty for a stream that never began.
  [[nodiscard]] const std::string& route() const;
  /// The provider's id of the exchange.
  [[nodiscard]] const std::string& request_id() const;

 private:
  friend struct detail::stream_opener;
  explicit message_stream(detail::consumer_ptr state);
  detail::consumer_ptr state_;
};

namespace detail {

// hands a stream to the handler of `async_stream`
struct stream_giver {
  message_stream stream;
  template <class Handler>
  void operator()(Handler&& handler, loop_error_code code, outcome story) {
    stream_opener::begin(stream, code, std::move(story));
    std::forward<Handler>(handler)(code, std::move(stream));
  }
};

}  // namespace detail
}  // namespace reroute
