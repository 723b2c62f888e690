// The door: hands calls to the engine, and turns outcomes into messages or exceptions.
#include <reroute/client/client.hpp>

#include "client/check_options.hpp"
#include "client/engine.hpp"
#include "client/shutdown_service.hpp"

#include <asio/dispatch.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace reroute {
namespace detail {

void start_call(const engine_ptr& at, bool on_its_strand, operation op, encoded_request request,
                const call_options& options, completion_ptr handler) {
  std::shared_ptr<call> which = at->prepare(op, std::move(request), options, std::move(handler));
  if (on_its_strand) return at->begin(std::move(which), options.tenant());
  asio::dispatch(at->executor(),
                 [at, which = std::move(which), tenant = options.tenant()]() mutable {
                   at->begin(std::move(which), tenant);
                 });
}

asio::any_io_executor executor_of(const engine_ptr& at) { return at->executor(); }

namespace {

// How a call ended. It travels by pointer: an outcome in every frame would be kilobytes per waiting
// coroutine.
struct ending {
  std::error_code code;
  outcome result;
};
using ending_ptr = std::unique_ptr<ending>;

// makes an ending of what the engine says, for a handler that takes one
template <class Handler>
class boxing {
 public:
  using executor_type = asio::associated_executor_t<Handler>;
  using allocator_type = asio::associated_allocator_t<Handler>;
  using cancellation_slot_type = asio::associated_cancellation_slot_t<Handler>;

  explicit boxing(Handler&& handler) : handler_(std::move(handler)) {}
  [[nodiscard]] executor_type get_executor() const noexcept {
    return asio::get_associated_executor(handler_);
  }
  [[nodiscard]] allocator_type get_allocator() const noexcept {
    return asio::get_associated_allocator(handler_);
  }
  [[nodiscard]] cancellation_slot_type get_cancellation_slot() const noexcept {
    return asio::get_associated_cancellation_slot(handler_);
  }
  void operator()(std::error_code code, outcome result) {
    auto end = std::make_unique<ending>();
    end->code = code;
    end->result = std::move(result);
    std::move(handler_)(std::move(end));
  }

 private:
  Handler handler_;
};

// begins a call whose handler takes an ending
class boxed_initiation {
 public:
  using executor_type = asio::any_io_executor;
  boxed_initiation(const engine_ptr& at, bool on_its_strand)
      : engine_(&at), on_its_strand_(on_its_strand) {}
  [[nodiscard]] executor_type get_executor() const noexcept { return (*engine_)->executor(); }

  template <class Handler>
  void operator()(Handler&& handler, operation op, encoded_request* request,
                  const call_options* options) const {
    const call_initiation begin(*engine_, on_its_strand_);
    begin(boxing<std::decay_t<Handler>>(std::forward<Handler>(handler)), op, std::move(*request),
          *options);
  }

 private:
  const engine_ptr* engine_;  // of the coroutine that awaits
  bool on_its_strand_;
};

// awaits a call's ending; `answer` is where its operation puts what was asked for
template <class Answer>
asio::awaitable<Answer> answered_call(engine_ptr at, operation op,
                                      std::optional<Answer> outcome::*answer,
                                      encoded_request request, call_options options) {
  // a coroutine may run elsewhere than the client: then the call begins over there
  const bool on_its_strand = co_await asio::this_coro::executor == at->executor();
  const boxed_initiation begin(at, on_its_strand);
  const asio::use_awaitable_t<> token;
  const ending_ptr end =
      co_await asio::async_initiate<const asio::use_awaitable_t<>, void(ending_ptr)>(
          begin, token, op, &request, &options);
  if (end->code) throw api_error(end->code, std::move(end->result));
  co_return std::move(*(end->result.*answer));
}

}  // namespace
}  // namespace detail

client::client(asio::any_io_executor executor, client_options options) {
  detail::check_options(options);
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
  return detail::answered_call(engine_, operation::create, &outcome::answer,
                               request.encode(operation::create), std::move(options));
}

asio::awaitable<token_count> client::count_tokens(const message_request& request) {
  return count_tokens(request, call_options());
}

asio::awaitable<token_count> client::count_tokens(const message_request& request,
                                                  call_options options) {
  return detail::answered_call(engine_, operation::count_tokens, &outcome::tokens,
                               request.encode(operation::count_tokens), std::move(options));
}

void client::cancel() { engine_->cancel_all(); }

std::vector<gate_status> client::routes() const { return engine_->gates(); }

client_stats client::stats() const { return engine_->stats(); }

}  // namespace reroute
