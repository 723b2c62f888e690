// The coroutine of a streamed answer.
#include "client/run_stream.hpp"

#include <reroute/error/resolver.hpp>

#include "client/engine.hpp"
#include "client/open_stream.hpp"
#include "client/stream_opening.hpp"

#include <asio/error.hpp>

#include <utility>

namespace reroute::detail {
namespace {

// the caller asks, and gets what a read brings
asio::awaitable<void> serve(std::shared_ptr<open_stream> stream) {
  for (;;) {
    co_await stream->asked();
    if (stream->over()) break;
    stream->reading();
    const body_piece piece = co_await stream->body()->read();
    stream->heard(piece);
    if (piece.last || piece.error) {
      while (!stream->over())
        co_await stream->asked();
      stream->let_go_of_body();
      co_return;
    }
  }
  if (stream->whole()) {
    // only the end of the body's framing is missing: with it, the connection serves again
    stream->draining();
    for (;;) {
      const body_piece piece = co_await stream->body()->read();
      if (piece.last || piece.error) break;
    }
  }
  stream->let_go_of_body();
}

}  // namespace

asio::awaitable<void> run_stream(std::shared_ptr<engine> self, std::shared_ptr<flight> mine,
                                 std::unique_ptr<response_body> body, http::response head,
                                 exchange_facts facts, access_token token) {
  const std::shared_ptr<open_stream> wanted = mine->owner ? mine->owner->stream : nullptr;
  const live_route& on = self->route(mine->route);
  normalized_error error;
  if (wanted) {
    stream_beginning from(std::move(body), stream_watch(wanted->guards(), mine->sent_at),
                          facts.limits != nullptr, std::move(token));
    stream_opening opening(on, std::move(head), facts.request_id,
                           wanted->wants(stream_event_type::ping), std::move(from));
    while (!error) {
      opening.watch().waits(self->now());
      const stream_watch::limit limit = opening.watch().next();
      self->silence(*mine, limit.at, limit.why);
      if (mine->given_up()) break;
      const body_piece piece = co_await opening.body().read();
      if (mine->given_up()) break;
      stream_opening::look seen = opening.heard(piece, self->now(), self->today());
      if (seen.content) {
        const auto stream = self->content_came(*mine, std::move(opening).take(), std::move(facts));
        if (stream) co_await serve(stream);
        co_return;
      }
      error = std::move(seen.error);
    }
  }
  if (!error)
    error = resolve_transport_failure(on.definition.name,
                                      make_error_code(asio::error::operation_aborted), true);
  error.request_id = facts.request_id;
  self->failed(*mine, std::move(error), std::move(facts));
}

}  // namespace reroute::detail
