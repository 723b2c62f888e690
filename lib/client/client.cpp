// The door: hands calls to the engine, and turns outcomes into messages or exceptions.
#include <reroute/client/client.hpp>

#include "client/check_options.hpp"
#include "client/engine.hpp"
#include "client/shutdown_service.hpp"

#include <asio/dispatch.hpp>
#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>

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

asio::awaitable<outcome> answered_call(engine_ptr at, operation op, encoded_request request,
                                       call_options options) {
  std::error_code failed;
  auto token = asio::redirect_error(asio::use_awaitable, failed);
  // a coroutine may run elsewhere than the client: then the call begins over there
  const bool on_its_strand = co_await asio::this_coro::executor == at->executor();
  const call_initiation begin(std::move(at), on_its_strand);
  outcome result = co_await asio::async_initiate<decltype(token), void(std::error_code, outcome)>(
      begin, token, op, std::move(request), std::move(options));
  if (failed) throw api_error(failed, std::move(result));
  co_return result;
}

asio::awaitable<message> create_call(engine_ptr at, encoded_request request, call_options options) {
  outcome result = co_await answered_call(std::move(at), operation::create, std::move(request),
                                          std::move(options));
  co_return std::move(*result.answer);
}

asio::awaitable<token_count> count_call(engine_ptr at, encoded_request request,
                                        call_options options) {
  outcome result = co_await answered_call(std::move(at), operation::count_tokens,
                                          std::move(request), std::move(options));
  co_return std::move(*result.tokens);
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
  return detail::create_call(engine_, request.encode(operation::create), std::move(options));
}

asio::awaitable<token_count> client::count_tokens(const message_request& request) {
  return count_tokens(request, call_options());
}

asio::awaitable<token_count> client::count_tokens(const message_request& request,
                                                  call_options options) {
  return detail::count_call(engine_, request.encode(operation::count_tokens), std::move(options));
}

void client::cancel() { engine_->cancel_all(); }

std::vector<gate_status> client::routes() const { return engine_->gates(); }

client_stats client::stats() const { return engine_->stats(); }

}  // namespace reroute
