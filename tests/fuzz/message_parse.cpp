// Whatever a route sends as an answer: reading it, and what is then done with it, never fails.
#include <reroute/http/event_stream.hpp>
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>
#include <reroute/message/stream_event.hpp>
#include <reroute/message/token_count.hpp>

#include "message/event_order.hpp"
#include "message/message_builder.hpp"
#include "message/message_events.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

std::ptrdiff_t brackets(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return c == '[' || c == '{'; });
}

// as the events of a stream it is the same answer
void stream(std::string_view body, const reroute::message& answer) {
  if (brackets(body) > 200) return;  // it may be too deep for an event
  const std::string events = reroute::detail::message_events(body);
  reroute::http::event_stream_parser parser;
  reroute::detail::event_order order;
  reroute::detail::message_builder builder;
  parser.feed(events);
  for (reroute::http::server_event raw; parser.next(raw);) {
    const auto event = reroute::stream_event::parse(raw.name, raw.data);
    if (!event || !order.add(*event).empty()) std::abort();
    builder.add(*event);
  }
  const auto whole = builder.build();
  if (!order.whole() || !whole || whole->text() != answer.text() || whole->id() != answer.id() ||
      whole->model() != answer.model() || whole->stop_reason() != answer.stop_reason() ||
      whole->content().size() != answer.content().size())
    std::abort();
}

// everything that a caller may ask of an answer; an answer must also go back as a turn
void use(const reroute::message& answer) {
  std::ostringstream out;
  out << answer << answer.text() << answer.role() << answer.stop_sequence();
  for (const reroute::content_block& block : answer.content())
    out << block.type() << block.text() << block.thinking() << block.signature() << block.id()
        << block.name() << block.unparsed_input() << (&block.input() == &block.json());
  for (const reroute::model_fallback& hop : answer.fallbacks())
    out << hop.from << hop.to << hop.why;
  const auto request = reroute::message_request("m").max_tokens(1).user("a").append(answer);
  const std::string body = request.encode(reroute::operation::create).body_for("m").text();
  try {
    if (!(reroute::message_request::from_json(body) == request)) std::abort();
  } catch (const std::invalid_argument&) {
    // an answer of the greatest depth is too deep once it stands inside a body; else it reads back
    if (brackets(body) < 256) std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  std::string why;
  const auto answer = reroute::message::parse(body, &why);
  if (answer.has_value() != why.empty()) std::abort();
  if (answer) {
    use(*answer);
    stream(body, *answer);
  }
  static_cast<void>(reroute::token_count::parse(body));
  return 0;
}
