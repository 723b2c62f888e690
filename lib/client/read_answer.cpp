// Messages, event streams of messages, and token counts.
#include "client/read_answer.hpp"

#include <reroute/http/event_stream.hpp>

#include "client/stream_reader.hpp"
#include "message/message_builder.hpp"

#include <utility>

namespace reroute::detail {
namespace {

unread read_events(const std::string& body, outcome& into) {
  using result = stream_reader::result;
  unread wrong;
  stream_reader reader;
  message_builder builder;
  reader.feed(body);
  for (stream_event each;;) {
    switch (reader.next(each)) {
      case result::event:
        builder.add(each);
        break;
      case result::need_more:
        if (reader.whole()) {
          into.answer = builder.build(&wrong.why);
        } else {
          wrong.why = "the event stream ends without message_stop";
        }
        return wrong;
      case result::said_no:
        wrong.why = "it is an error event";
        wrong.error_event = reader.problem();
        return wrong;
      case result::malformed:
        wrong.why = reader.problem();
        return wrong;
      case result::too_large:
        wrong.why = "an event of it is too large";
        return wrong;
    }
  }
}

}  // namespace

unread read_answer(operation op, std::string& body, outcome& into) {
  unread wrong;
  if (op == operation::count_tokens) {
    into.tokens = token_count::parse(body, &wrong.why);
  } else if (http::begins_event_stream(body) == true) {
    wrong = read_events(body, into);
  } else {
    into.answer = message::parse(std::move(body), &wrong.why);
  }
  return wrong;
}

}  // namespace reroute::detail
