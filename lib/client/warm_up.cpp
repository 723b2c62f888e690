// Opens the ways to all routes ahead of the first call.
#include "client/warm_up.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>
#include <reroute/message/encoded_request.hpp>

#include "client/attempt_errors.hpp"
#include "client/engine.hpp"
#include "client/errand.hpp"
#include "detail/cancelled_by.hpp"

#include <asio/co_spawn.hpp>
#include <asio/dispatch.hpp>
#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <exception>
#include <string>
#include <utility>

namespace reroute::detail {
namespace {

struct warming final : errand {
  std::shared_ptr<engine> at;
  std::vector<route_warmth> routes;
  std::size_t left = 0;
  bool cancelled = false;
  completion_ptr_for<std::vector<route_warmth>> done;

  // a route has come to its end
  void tell(std::size_t which, normalized_error error) {
    cancelled = cancelled || error.category == category::cancelled;
    routes[which].error = std::move(error);
    if (--left > 0) return;
    std::error_code code;
    if (cancelled) code = make_error_code(asio::error::operation_aborted);
    done.release()->complete(at->executor(), code, std::move(routes));
  }
};

// where the route's requests go is its writer's to say; this one is not sent
http::url where(const live_route& on, std::string_view secret) {
  const encoded_request nothing("claude", R"("max_tokens":1,"messages":[])");
  const write_context context{operation::create, nothing,
                              on.definition.models.on_route(nothing.model()),
                              on.definition.credential.type(), secret};
  return on.definition.write(context).url;
}

asio::awaitable<normalized_error> warm(std::shared_ptr<engine> self, int route,
                                       std::size_t connections) {
  co_await asio::this_coro::throw_if_cancelled(false);
  live_route& on = self->route(route);
  const std::string& name = on.definition.name;
  access_token token = on.definition.credential.token();
  if (on.tokens) {
    token_result fetched = co_await on.tokens->get();
    if (fetched.error)
      co_return resolve_credential_failure(name, fetched.error, fetched.retryable, fetched.detail);
    token = std::move(fetched.token);
  }
  transport_error error;
  http::url to;
  try {
    to = where(on, token.secret());
  } catch (...) {
    error = {make_error_code(errc::rejected), false, writer_problem(std::current_exception())};
  }
  if (!error) {
    try {
      error = co_await on.transport->warm_up(std::move(to), connections);
    } catch (...) {
      error = {make_error_code(errc::protocol_error), false,
               transport_problem(std::current_exception())};
    }
  }
  if (!error) co_return normalized_error();
  normalized_error why = resolve_transport_failure(name, error.code, false, error.detail);
  co_return without(token.secret(), std::move(why));
}

void begin(const std::shared_ptr<warming>& all, std::size_t connections) {
  engine& self = *all->at;
  self.add(all);
  all->left = all->routes.size();
  for (std::size_t i = 0; i < all->routes.size(); ++i) {
    const auto told = [all, i](const std::exception_ptr& thrown, normalized_error error) {
      if (thrown)  // Asio throws where a cancelled coroutine begins
        error = resolve_transport_failure(
            all->routes[i].route, make_error_code(asio::error::operation_aborted), false, {});
      all->tell(i, std::move(error));
    };
    asio::co_spawn(self.strand(), warm(all->at, static_cast<int>(i), connections),
                   cancelled_by(all->slot(), told));
  }
  if (self.closed()) all->cancel();
}

}  // namespace

void start_warm_up(const std::shared_ptr<engine>& at, std::size_t connections,
                   completion_ptr_for<std::vector<route_warmth>> handler) {
  auto all = std::make_shared<warming>();
  all->at = at;
  for (const std::string& name : at->route_names())
    all->routes.emplace_back(name, normalized_error());
  all->done = std::move(handler);
  cancel_by(all->done->slot(), at->strand(), all);
  asio::dispatch(at->strand(), [all, connections] { begin(all, connections); });
}

}  // namespace reroute::detail
