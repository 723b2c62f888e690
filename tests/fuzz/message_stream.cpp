// A streamed answer from any bytes: events in order, and the message that they add up to.
#include <reroute/http/event_stream.hpp>
#include <reroute/message/resume_hint.hpp>
#include <reroute/message/stream_event.hpp>

#include "message/event_order.hpp"
#include "message/message_builder.hpp"
#include "message/partial_json.hpp"
#include "tests/fuzz/expect.hpp"

#include <boost/json/value.hpp>

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  reroute::http::event_stream_parser parser;
  reroute::detail::event_order order;
  reroute::detail::message_builder builder;
  std::string text;
  std::ostringstream out;
  parser.feed(bytes);
  for (reroute::http::server_event raw; parser.next(raw);) {
    std::string why;
    const auto event = reroute::stream_event::parse(raw.name, raw.data, &why);
    fuzz::expect(event.has_value() == why.empty(), "what is refused has a reason");
    if (!event) break;
    out << *event << event->name() << event->stop_reason() << event->usage()
        << event->block().type();
    const auto again = reroute::stream_event::parse(event->name(), event->json_text());
    fuzz::expect(again && again->type() == event->type() && again->text() == event->text() &&
                     again->index() == event->index() && again->json() == event->json(),
                 "an event reads back from its JSON");
    if (!order.add(*event).empty()) break;
    if (event->type() == reroute::stream_event_type::text) text += event->text();
    builder.add(*event);
  }
  const reroute::message whole = builder.salvage();
  static_cast<void>(builder.build());
  const reroute::resume_hint hint(whole);
  static_cast<void>(hint.apply(reroute::message_request("m").max_tokens(1).user("a")));
  if (const auto closed = reroute::detail::completed_json(bytes))
    fuzz::expect(reroute::detail::completed_json(*closed).has_value(), "what is whole stays whole");
  return 0;
}
