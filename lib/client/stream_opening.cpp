// A stream until its first content.
#include "client/stream_opening.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>
#include <reroute/http/event_stream.hpp>

#include "client/attempt_errors.hpp"
#include "client/unusable_answer.hpp"
#include "http/content_type.hpp"
#include "http/text.hpp"
#include "message/message_events.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace reroute::detail {
namespace {

// What a stream may bring before its first content: as much as one event of it may have.
constexpr std::size_t most_held_back = 16 * 1024 * 1024;
// of a stream that has not begun yet: for the error, if it never does
constexpr std::size_t first_bytes = 4096;

}  // namespace

stream_opening::stream_opening(const live_route& on, http::response head, std::string request_id,
                               bool pings, stream_beginning from)
    : on_(on),
      head_(std::move(head)),
      request_id_(std::move(request_id)),
      pings_(pings),
      from_(std::move(from)) {}

stream_opening::look stream_opening::heard(const body_piece& piece, time_point now,
                                           http::date today) {
  from_.watch.heard(now, piece.bytes.size());
  from_.last = piece.last;
  size_ += piece.bytes.size();
  keep(piece.bytes);
  if (form_ == form::unknown) form_ = form_so_far();
  look seen;
  if (head_.body.size() > most_held_back)
    return failed(errc::body_too_large, "an answer in one piece, of more than 16 MiB");
  if (form_ != form::whole) {
    from_.reader.feed(piece.bytes);
    seen = read_events(today);
  }
  if (seen.content || seen.error) return seen;
  if (piece.error) {
    seen.error =
        resolve_transport_failure(on_.definition.name, piece.error.code, true, piece.error.detail);
    return seen;
  }
  if (!piece.last) return seen;
  if (form_ != form::events) return read_whole(today);
  if (from_.reader.begun()) return failed(errc::truncated_body, "the stream ends without content");
  return no_answer("the event stream has no message_start", today);
}

stream_beginning stream_opening::take() && {
  head_ = {};
  return std::move(from_);
}

void stream_opening::keep(std::string_view bytes) {
  if (form_ != form::events) {
    head_.body += bytes;
  } else if (!from_.reader.begun() && head_.body.size() < first_bytes) {
    head_.body += bytes.substr(0, first_bytes - head_.body.size());
  }
}

// an event stream may begin with fields that nobody knows, if it says that it is one
stream_opening::form stream_opening::form_so_far() const {
  const auto likely = http::begins_event_stream(head_.body);
  if (!likely) return form::unknown;
  if (*likely) return form::events;
  const char first = http::trimmed(head_.body).front();
  return http::declares_event_stream(head_.headers) && first != '{' && first != '[' ? form::events
                                                                                    : form::whole;
}

stream_opening::look stream_opening::read_events(http::date today) {
  using result = stream_reader::result;
  look seen;
  for (;;) {
    stream_event each;
    const result read = from_.reader.next(each);
    switch (read) {
      case result::event:
        from_.watch.saw(each.type());
        seen.content = is_content(each.type());
        if (pings_ || each.type() != stream_event_type::ping) {
          held_ += sizeof(stream_event) + each.json_text().size();
          from_.events.push_back(std::move(each));
        }
        if (seen.content) return seen;
        if (held_ > most_held_back)
          return failed(errc::body_too_large, "no content, but much before it");
        break;
      case result::need_more:
        return seen;
      case result::malformed:
        seen.error = unreadable(on_, from_.reader.problem() + " (" +
                                         what_came(head_, size_, from_.token.secret()) + ")");
        seen.error.failover_worthy =
            !from_.reader.begun() && !may_be_billed(operation::stream, head_.body);
        return seen;
      case result::said_no:
      case result::too_large:
        seen.error =
            stream_problem(on_, from_.reader, read, request_id_, today, from_.token.secret());
        return seen;
    }
  }
}

// there is no more to come
stream_opening::look stream_opening::read_whole(http::date today) {
  std::string why;
  if (!message::parse(std::string_view(head_.body), &why)) return no_answer(why, today);
  from_.text = std::make_unique<const std::string>(message_events(head_.body));
  form_ = form::events;
  from_.reader = stream_reader();
  from_.reader.feed(*from_.text);
  return read_events(today);
}

stream_opening::look stream_opening::failed(errc why, std::string_view detail) const {
  look seen;
  seen.error = resolve_transport_failure(on_.definition.name, make_error_code(why), true, detail);
  return seen;
}

stream_opening::look stream_opening::no_answer(std::string_view why, http::date today) const {
  look seen;
  seen.error =
      detail::no_answer(on_, operation::stream, head_, size_, why, today, from_.token.secret());
  return seen;
}

}  // namespace reroute::detail
