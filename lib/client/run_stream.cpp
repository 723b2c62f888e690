// The coroutine of a streamed answer.
#include "client/run_stream.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "client/attempt_errors.hpp"
#include "client/engine.hpp"
#include "client/open_stream.hpp"

#include <asio/error.hpp>

#include <string>
#include <utility>

namespace reroute::detail {
namespace {

// What a stream may bring before its first content: as much as one event of it may have.
constexpr std::size_t most_held_back = 16 * 1024 * 1024;

// what the bytes so far say
struct first_look {
  bool content = false;
  normalized_error error;
};

normalized_error unusable(const std::string& route, errc why, std::string_view detail) {
  return resolve_transport_failure(route, make_error_code(why), true, detail);
}

first_look look(const engine& self, const open_stream& stream, const std::string& route,
                stream_beginning& from, std::size_t& held) {
  first_look seen;
  for (;;) {
    stream_event each;
    const stream_reader::result read = from.reader.next(each);
    switch (read) {
      case stream_reader::result::event:
        from.watch.saw(each.type());
        seen.content = is_content(each.type());
        if (stream.wants(each.type())) {
          held += sizeof(stream_event) + each.json_text().size();
          from.events.push_back(std::move(each));
        }
        if (seen.content) return seen;
        if (held > most_held_back) {
          seen.error = unusable(route, errc::body_too_large, "no content, but much before it");
          return seen;
        }
        break;
      case stream_reader::result::need_more:
        return seen;
      case stream_reader::result::said_no:
      case stream_reader::result::malformed:
      case stream_reader::result::too_large:
        seen.error = stream_problem(route, from.reader, read, self.today(), from.token.secret());
        return seen;
    }
  }
}

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
                                 std::unique_ptr<response_body> body, exchange_facts facts,
                                 access_token token) {
  const std::shared_ptr<open_stream> wanted = mine->owner ? mine->owner->stream : nullptr;
  const std::string route = self->route(mine->route).definition.name;
  normalized_error error;
  if (wanted) {
    stream_beginning from{
        std::move(body), {}, stream_watch(wanted->guards(), mine->sent_at), {}, false, false,
        std::move(token)};
    from.told = facts.limits != nullptr;
    std::size_t held = 0;
    for (first_look seen; !seen.content;) {
      from.watch.waits(self->now());
      const stream_watch::limit limit = from.watch.next();
      self->silence(*mine, limit.at, limit.why);
      if (mine->given_up()) break;
      const body_piece piece = co_await from.body->read();
      if (mine->given_up()) break;
      from.watch.heard(self->now(), piece.bytes.size());
      from.reader.feed(piece.bytes);
      seen = look(*self, *wanted, route, from, held);
      error = seen.error;
      if (error) break;
      from.last = piece.last;
      if (seen.content) {
        const auto stream = self->content_came(*mine, std::move(from), std::move(facts));
        if (stream) co_await serve(stream);
        co_return;
      }
      if (piece.error) {
        error = resolve_transport_failure(route, piece.error.code, true, piece.error.detail);
        break;
      }
      if (piece.last) {
        error = unusable(route, errc::truncated_body, "the stream ends without content");
        break;
      }
    }
  }
  if (!error)
    error = resolve_transport_failure(route, make_error_code(asio::error::operation_aborted), true);
  error.request_id = facts.request_id;
  self->failed(*mine, std::move(error), std::move(facts));
}

}  // namespace reroute::detail
