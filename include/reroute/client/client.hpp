// The client: the only door. Calls go in, messages or one normalized error come out.
#pragma once

#include <reroute/client/api_error.hpp>
#include <reroute/client/call_options.hpp>
#include <reroute/client/client_options.hpp>
#include <reroute/client/client_stats.hpp>
#include <reroute/client/completion.hpp>
#include <reroute/client/message_stream.hpp>
#include <reroute/client/outcome.hpp>
#include <reroute/client/route_warmth.hpp>
#include <reroute/detail/asio.hpp>
#include <reroute/detail/foreign_loop.hpp>
#include <reroute/detail/loop_error_code.hpp>
#include <reroute/message/message_request.hpp>

#include <asio/any_io_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/awaitable.hpp>
#include <asio/execution_context.hpp>
#include <asio/strand.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

namespace reroute {

namespace detail {
class engine;
using engine_ptr = std::shared_ptr<engine>;

/// What an operation of a client begins with: throws `std::logic_error` for a client that was moved from.
[[nodiscard]] const engine_ptr& checked(const engine_ptr& at);
/// The request as it is sent. Throws `std::invalid_argument` for one that cannot be written, or that the default
/// deadline would end after it was paid.
[[nodiscard]] encoded_request encode_call(const engine_ptr& at, operation op,
                                          const message_request& request,
                                          const call_options& options);
void start_call(const engine_ptr& at, operation op, encoded_request request,
                const call_options& options, completion_ptr handler,
                std::shared_ptr<open_stream> stream = nullptr);
[[nodiscard]] std::shared_ptr<open_stream> make_stream(const engine_ptr& at,
                                                       const call_options& options);
[[nodiscard]] asio::any_io_executor executor_of(const engine_ptr& at);
void start_warm_up(const engine_ptr& at, std::size_t connections,
                   completion_ptr_for<std::vector<route_warmth>> handler);
void start_drain(const engine_ptr& at, std::chrono::milliseconds within,
                 completion_ptr_for<no_result> handler);

// starts a call once its completion token has become a handler
class call_initiation {
 public:
  using executor_type = asio::any_io_executor;
  explicit call_initiation(engine_ptr at) : engine_(std::move(at)) {}
  [[nodiscard]] executor_type get_executor() const noexcept { return executor_of(engine_); }

  template <class Handler>
  void operator()(Handler&& handler, operation op, encoded_request request,
                  call_options options) const {
    using handler_type = std::decay_t<Handler>;  // an lvalue is copied
    auto erased = completion_of<handler_type>::make(handler_type(std::forward<Handler>(handler)));
    start_call(engine_, op, std::move(request), options, std::move(erased));
  }

 private:
  engine_ptr engine_;
};

// the same for a stream
class stream_initiation {
 public:
  using executor_type = asio::any_io_executor;
  explicit stream_initiation(engine_ptr at) : engine_(std::move(at)) {}
  [[nodiscard]] executor_type get_executor() const noexcept { return executor_of(engine_); }

  template <class Handler>
  void operator()(Handler&& handler, encoded_request request, call_options options) const {
    using adapted = adapted_handler<std::decay_t<Handler>, stream_giver>;
    std::shared_ptr<open_stream> stream = make_stream(engine_, options);
    auto erased = completion_of<adapted>::make(
        adapted{std::forward<Handler>(handler), stream_giver{stream_opener::make(stream)}});
    start_call(engine_, operation::stream, std::move(request), options, std::move(erased),
               std::move(stream));
  }

 private:
  engine_ptr engine_;
};

// the same for what is no call
class errand_initiation {
 public:
  using executor_type = asio::any_io_executor;
  explicit errand_initiation(engine_ptr at) : engine_(std::move(at)) {}
  [[nodiscard]] executor_type get_executor() const noexcept { return executor_of(engine_); }

  // warms up
  template <class Handler>
  void operator()(Handler&& handler, std::size_t connections) const {
    using erased = completion_of<std::decay_t<Handler>, std::vector<route_warmth>>;
    start_warm_up(engine_, connections,
                  erased::make(std::decay_t<Handler>(std::forward<Handler>(handler))));
  }
  // drains
  template <class Handler>
  void operator()(Handler&& handler, std::chrono::milliseconds within) const {
    using adapted = adapted_handler<std::decay_t<Handler>, code_giver>;
    using erased = completion_of<adapted, no_result>;
    start_drain(engine_, within,
                erased::make(adapted{std::forward<Handler>(handler), code_giver()}));
  }

 private:
  engine_ptr engine_;
};

}  // namespace detail

/// Says that one thread runs the context: `client(single_threaded, io, options)`.
struct single_threaded_t {
  explicit single_threaded_t() = default;
};
inline constexpr single_threaded_t single_threaded{};

/// Calls Claude over several routes, from an event loop that exists already. Starts no thread but those that
/// look up names.
///
/// Threads: a client's work runs on one strand. `client(context, ...)` makes the strand, so any number of threads may
/// run the context. `client(executor, ...)` and `client(single_threaded, context, ...)` take what they are given, which
/// must be a strand, or a loop that one thread runs at a time; a build of reroute without NDEBUG ends the program with
/// a message if two threads are inside the client at once. Operations (`create`, `stream`, `count_tokens`, `warm_up`,
/// `drain` and their `async_` forms) and `cancel` may be called on any thread and awaited on any executor. `routes`,
/// `stats`, moving and destroying are for the client's strand (`asio::post(claude.get_executor(), ...)`), or for a
/// moment in which nobody runs its context.
///
/// Destroying a client cancels its calls; each still completes, with `asio::error::operation_aborted` and its attempts.
/// It must not outlive its execution context. A client that was moved from can be assigned to or destroyed; anything
/// else throws `std::logic_error`.
class client {
 public:
  using executor_type = asio::any_io_executor;

  /// Throws `std::invalid_argument` that names the field and the cure if the options are wrong, or the executor empty.
  client(asio::any_io_executor executor, client_options options);
  /// On a new strand of a context, such as an `asio::io_context` or `asio::thread_pool`, which any number of threads
  /// may run.
  template <class Context>
  requires std::is_convertible_v<Context&, asio::execution_context&> client(Context& context,
                                                                            client_options options)
      : client(asio::any_io_executor(asio::make_strand(context.get_executor())),
               std::move(options)) {}
  /// Without the strand, for a context that one thread runs at a time.
  template <class Context>
  requires std::is_convertible_v<Context&, asio::execution_context&> client(single_threaded_t,
                                                                            Context& context,
                                                                            client_options options)
      : client(asio::any_io_executor(context.get_executor()), std::move(options)) {}
  // a loop of the other Asio: refused by a static_assert that says what to do
  template <detail::foreign_loop Loop>
  client(Loop&&, client_options options)
      : client(detail::refuse_foreign_loop<Loop>(), std::move(options)) {}
  client(client&&) noexcept = default;
  /// Cancels the calls of the client that is replaced.
  client& operator=(client&& other) noexcept;
  ~client();

  /// The strand or executor that its work runs on.
  [[nodiscard]] executor_type get_executor() const {
    return detail::executor_of(detail::checked(engine_));
  }

  /// Asks Claude for a message: `co_await claude.create(request)`.
  ///
  /// Returns the answer of the first route that gives one; throws `api_error` for every other end,
  /// cancellation included. Throws `std::invalid_argument` at once for a request that cannot be
  /// written, and for one whose `max_tokens` may take longer than the client's default deadline of 10 minutes (above
  /// 21,333: as the official SDKs do, 3600 s are reckoned for 128,000 tokens) unless the call or the client sets
  /// another deadline: it would end after it was paid. Otherwise as `async_create`.
  [[nodiscard]] asio::awaitable<message> create(const message_request& request);
  [[nodiscard]] asio::awaitable<message> create(const message_request& request,
                                                call_options options);

  /// Sends the request, following the plan, until a route answers or the policy gives up.
  ///
  /// Completes when  a route answers, the policy gives up, the deadline passes, or the call is
  ///                 cancelled.
  /// Signature       void(reroute::loop_error_code, reroute::outcome); a function that takes a
  ///                 std::error_code may be given too.
  /// Errors          errc::*, asio::error::operation_aborted, or the transport's code; the outcome's
  ///                 `error` has the details. Never throws for what a provider does. What `create` throws at once for
  ///                 a request, this function throws too.
  /// Cancellation    terminal, partial, total: stops waiting at once, closes the exchange in flight;
  ///                 the outcome keeps its attempts.
  /// Executor        the handler runs on its associated executor, never from inside this function.
  /// Lifetime        the request is read before this function returns; the client may be destroyed,
  ///                 which cancels the call.
  /// Threads         may be called anywhere. On another thread or executor than the client's, the call begins when
  ///                 the client's strand comes to it.
  template <class Token>
  auto async_create(const message_request& request, call_options options, Token&& token) {
    return async_call(operation::create, request, std::move(options), std::forward<Token>(token));
  }
  template <class Token>
  auto async_create(const message_request& request, Token&& token) {
    return async_create(request, call_options(), std::forward<Token>(token));
  }

  /// Asks Claude for a message that comes in pieces: `auto stream = co_await claude.stream(request)`.
  ///
  /// Returns when the first content is there; until then, what goes wrong is retried, failed over or
  /// hedged as for `create`, and the first route with content wins. Throws as `create`. Deadline and
  /// attempt timeout bound the stream to its end.
  [[nodiscard]] asio::awaitable<message_stream> stream(const message_request& request);
  [[nodiscard]] asio::awaitable<message_stream> stream(const message_request& request,
                                                       call_options options);
  /// As `async_create`, but completes when the first content is there.
  /// Signature       void(reroute::loop_error_code, reroute::message_stream)
  ///                 After an error the stream has ended; its `outcome()` has the details.
  template <class Token>
  auto async_stream(const message_request& request, call_options options, Token&& token) {
    auto encoded = detail::encode_call(engine_, operation::stream, request, options);
    return asio::async_initiate<Token, void(loop_error_code, message_stream)>(
        detail::stream_initiation(engine_), token, std::move(encoded), std::move(options));
  }
  template <class Token>
  auto async_stream(const message_request& request, Token&& token) {
    return async_stream(request, call_options(), std::forward<Token>(token));
  }

  /// Asks how many input tokens a request has. As `create`, with its own rate limit at the
  /// provider.
  [[nodiscard]] asio::awaitable<token_count> count_tokens(const message_request& request);
  [[nodiscard]] asio::awaitable<token_count> count_tokens(const message_request& request,
                                                          call_options options);
  /// As `async_create`; `outcome::tokens` holds the answer.
  template <class Token>
  auto async_count_tokens(const message_request& request, call_options options, Token&& token) {
    return async_call(operation::count_tokens, request, std::move(options),
                      std::forward<Token>(token));
  }
  template <class Token>
  auto async_count_tokens(const message_request& request, Token&& token) {
    return async_count_tokens(request, call_options(), std::forward<Token>(token));
  }

  /// Cancels all calls and streams that have begun; each completes with `asio::error::operation_aborted`. More
  /// than a few hundred are cancelled over several turns of the loop, which they would hold up: none
  /// is sent meanwhile, but one in flight may still be answered. The client stays usable. May be called anywhere; on
  /// another thread than the client's, those are meant that have begun when its strand comes to it.
  void cancel();

  /// Opens the ways to all routes ahead of the first call, which then waits for no token, no look-up and no
  /// handshake: `co_await claude.warm_up()`. Returns what each route came to, in the order of the routes; one that
  /// fails costs the others nothing, and nothing is given up for it. Throws `std::system_error` with
  /// `asio::error::operation_aborted` if it was cancelled, and for nothing else.
  ///
  /// `connections`: to each route over HTTP/1.1, as far as they may be open; over HTTP/2 it is one. 0: tokens only.
  /// A route whose own transport has no connections (`transport::warm_up`) is warm at once.
  /// The route's writer is asked where requests go, with one that is not sent.
  [[nodiscard]] asio::awaitable<std::vector<route_warmth>> warm_up(std::size_t connections = 1);
  /// Completes when  every route is warm or has failed, or it is cancelled.
  /// Signature       void(reroute::loop_error_code, std::vector<reroute::route_warmth>)
  /// Errors          asio::error::operation_aborted: cancelled, or the client has ended; what is there is told.
  /// Cancellation    terminal, partial, total: stops waiting.
  /// Executor, lifetime  as `async_create`.
  /// Threads         may be called anywhere.
  template <class Token>
  auto async_warm_up(std::size_t connections, Token&& token) {
    return asio::async_initiate<Token, void(loop_error_code, std::vector<route_warmth>)>(
        detail::errand_initiation(detail::checked(engine_)), token, connections);
  }

  /// Ends in order: `co_await claude.drain(30s)`. From now on, for ever, new calls complete at once with
  /// `errc::draining` (`stopped::draining`); those that have begun go on to their end, waits, retries and streams
  /// included; then the connections close (HTTP/2: GOAWAY; TLS: close_notify). Calls that are not over `within`
  /// that time (zero: no limit) are cancelled, and it throws `std::system_error` with `asio::error::timed_out`. A
  /// transport that a route brought is left alone: it may have other users, and has a `drain` of its own.
  ///
  /// Cancelled, it stops waiting, with `asio::error::operation_aborted`; the client still takes no calls.
  [[nodiscard]] asio::awaitable<void> drain(std::chrono::milliseconds within);
  /// Completes when  the last call has completed and the connections are closed, or it is cancelled.
  /// Signature       void(reroute::loop_error_code)
  /// Errors          asio::error::timed_out, asio::error::operation_aborted: also when the client ends before.
  /// Cancellation    terminal, partial, total: stops waiting, and cancels nothing else.
  /// Executor, lifetime  as `async_create`.
  /// Threads         may be called anywhere.
  template <class Token>
  auto async_drain(std::chrono::milliseconds within, Token&& token) {
    return asio::async_initiate<Token, void(loop_error_code)>(
        detail::errand_initiation(detail::checked(engine_)), token, within);
  }

  /// The state of every gate that was used: one per route, model and operation, in no special
  /// order. Takes microseconds per gate. On the client's strand, or while nobody runs its context.
  [[nodiscard]] std::vector<gate_status> routes() const;
  /// Queue lengths and counts. On the client's strand, or while nobody runs its context.
  [[nodiscard]] client_stats stats() const;

 private:
  template <class Token>
  auto async_call(operation op, const message_request& request, call_options options,
                  Token&& token) {
    auto encoded = detail::encode_call(engine_, op, request, options);
    return asio::async_initiate<Token, void(loop_error_code, outcome)>(
        detail::call_initiation(engine_), token, op, std::move(encoded), std::move(options));
  }

  detail::engine_ptr engine_;
};

}  // namespace reroute
