// The door: hands calls to the engine, and turns outcomes into messages or exceptions.
#include <reroute/client/client.hpp>

#include "client/check_options.hpp"
#include "client/engine.hpp"
#include "client/open_stream.hpp"
#include "client/shutdown_service.hpp"
#include "detail/asio_compat.hpp"

#include <asio/dispatch.hpp>
#include <asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <stdexcept>
#include <utility>

namespace reroute {
namespace detail {

const engine_ptr& checked(const engine_ptr& at) {
  if (!at)
    throw std::logic_error(
        "reroute::client: this client was moved from; use the one it was moved to");
  return at;
}

encoded_request encode_call(const engine_ptr& at, operation op, const message_request& request,
                            const call_options& options) {
  const bool nobody_chose = checked(at)->deadline_is_default() && !options.deadline();
  encoded_request encoded = request.encode(op);
  if (op == operation::create && nobody_chose) check_plain_length(encoded.max_tokens());
  return encoded;
}

void start_call(const engine_ptr& at, operation op, encoded_request request,
                const call_options& options, completion_ptr handler,
                std::shared_ptr<open_stream> stream) {
  std::shared_ptr<call> which =
      at->prepare(op, std::move(request), options, std::move(handler), std::move(stream));
  // at once, where this runs on it: a coroutine of that executor may have gone elsewhere
  asio::dispatch(at->strand(), [at, which = std::move(which), tenant = options.tenant()]() mutable {
    at->begin(std::move(which), tenant);
  });
}

std::shared_ptr<open_stream> make_stream(const engine_ptr& at, const call_options& options) {
  return std::make_shared<open_stream>(at, at->guards_of(options), options.pings());
}

asio::any_io_executor executor_of(const engine_ptr& at) { return at->executor(); }

namespace {

// What is asked, from `create` until it is awaited: then it becomes a call.
struct question {
  engine_ptr at;
  operation op;
  encoded_request request;
  call_options options;
};

message&& answer_of(outcome& from, const message*) { return std::move(*from.answer); }
token_count&& answer_of(outcome& from, const token_count*) { return std::move(*from.tokens); }

// makes an answer or an exception of what the engine says, for the handler of a coroutine
template <class Answer, class Handler>
class answering {
 public:
  using executor_is_busy = void;
  using executor_type = asio::associated_executor_t<Handler>;
  using allocator_type = asio::associated_allocator_t<Handler>;
  using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;

  explicit answering(Handler&& handler) : handler_(std::move(handler)) {}
  [[nodiscard]] executor_type get_executor() const noexcept {
    return asio::get_associated_executor(handler_);
  }
  [[nodiscard]] allocator_type get_allocator() const noexcept {
    return asio::get_associated_allocator(handler_);
  }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return asio::get_associated_cancellation_slot(handler_);
  }
  void operator()(loop_error_code code, outcome&& result) {
    if (code) {
      auto failure = std::make_exception_ptr(api_error(code, std::move(result)));
      return std::move(handler_)(std::move(failure), Answer());
    }
    std::move(handler_)(std::exception_ptr(),
                        answer_of(result, static_cast<const Answer*>(nullptr)));
  }

 private:
  Handler handler_;
};

// begins the call of a coroutine that awaits
template <class Answer>
struct question_initiation {
  template <class Handler>
  void operator()(Handler&& handler, std::unique_ptr<question> asked) const {
    using handler_type = answering<Answer, std::decay_t<Handler>>;
    auto erased = completion_of<handler_type>::make(handler_type(std::forward<Handler>(handler)));
    start_call(asked->at, asked->op, std::move(asked->request), asked->options, std::move(erased));
  }
};

// One frame, Asio's own: a coroutine here would be another, and all that it needs while it waits would
// be in both.
template <class Answer>
asio::awaitable<Answer> ask(const engine_ptr& at, operation op, const message_request& request,
                            call_options options) {
  encoded_request encoded = encode_call(at, op, request, options);
  auto asked = std::make_unique<question>(question{at, op, std::move(encoded), std::move(options)});
  const asio::use_awaitable_t<> token;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr, Answer)>(
      question_initiation<Answer>(), token, std::move(asked));
}

asio::awaitable<message_stream> stream_of(engine_ptr at, encoded_request request,
                                          call_options options) {
  loop_error_code code;
  const stream_initiation initiation(std::move(at));
  auto token = into(code);
  message_stream stream =
      co_await asio::async_initiate<decltype(token), void(loop_error_code, message_stream)>(
          initiation, token, std::move(request), std::move(options));
  if (code) throw api_error(code, stream.outcome());
  co_return stream;
}

asio::awaitable<std::vector<route_warmth>> warmth_of(engine_ptr at, std::size_t connections) {
  loop_error_code code;
  const errand_initiation initiation(std::move(at));
  auto token = into(code);
  std::vector<route_warmth> routes =
      co_await asio::async_initiate<decltype(token),
                                    void(loop_error_code, std::vector<route_warmth>)>(
          initiation, token, connections);
  if (code) throw std::system_error(code, "warm_up");
  co_return routes;
}

asio::awaitable<void> drained(engine_ptr at, std::chrono::milliseconds within) {
  loop_error_code code;
  const errand_initiation initiation(std::move(at));
  auto token = into(code);
  co_await asio::async_initiate<decltype(token), void(loop_error_code)>(initiation, token, within);
  if (code) throw std::system_error(code, "drain");
}

}  // namespace
}  // namespace detail

client::client(asio::any_io_executor executor, client_options options) {
  detail::check_options(options);
  if (!executor)
    throw std::invalid_argument("client's executor is empty; give one, e.g. io.get_executor()");
  engine_ = std::make_shared<detail::engine>(executor, std::move(options));
  detail::shutdown_service::watch(executor, engine_);
}

client::~client() {
  if (engine_) engine_->close();
}

client& client::operator=(client&& other) noexcept {
  if (this != &other) {
    if (engine_) engine_->close();
    engine_ = std::move(other.engine_);
  }
  return *this;
}

asio::awaitable<message> client::create(const message_request& request) {
  return create(request, call_options());
}

asio::awaitable<message> client::create(const message_request& request, call_options options) {
  return detail::ask<message>(engine_, operation::create, request, std::move(options));
}

asio::awaitable<message_stream> client::stream(const message_request& request) {
  return stream(request, call_options());
}

asio::awaitable<message_stream> client::stream(const message_request& request,
                                               call_options options) {
  encoded_request encoded = detail::encode_call(engine_, operation::stream, request, options);
  return detail::stream_of(engine_, std::move(encoded), std::move(options));
}

asio::awaitable<token_count> client::count_tokens(const message_request& request) {
  return count_tokens(request, call_options());
}

asio::awaitable<token_count> client::count_tokens(const message_request& request,
                                                  call_options options) {
  return detail::ask<token_count>(engine_, operation::count_tokens, request, std::move(options));
}

asio::awaitable<std::vector<route_warmth>> client::warm_up(std::size_t connections) {
  return detail::warmth_of(detail::checked(engine_), connections);
}

asio::awaitable<void> client::drain(std::chrono::milliseconds within) {
  return detail::drained(detail::checked(engine_), within);
}

void client::cancel() {
  const detail::engine_ptr& at = detail::checked(engine_);
  asio::dispatch(at->strand(), [at] { at->cancel_all(); });
}

std::vector<gate_status> client::routes() const { return detail::checked(engine_)->gates(); }

client_stats client::stats() const { return detail::checked(engine_)->stats(); }

}  // namespace reroute
