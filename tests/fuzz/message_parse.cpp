// Whatever a route sends as an answer: reading it, and what is then done with it, never fails.
#include <reroute/message/message.hpp>
#include <reroute/message/message_request.hpp>
#include <reroute/message/token_count.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>

namespace {

// everything that a caller may ask of an answer; an answer must also go back as a turn
void use(const reroute::message& answer) {
  std::ostringstream out;
  out << answer << answer.text() << answer.role() << answer.stop_sequence();
  for (const reroute::content_block& block : answer.content())
    out << block.type() << block.text() << block.thinking() << block.signature() << block.id()
        << block.name() << (&block.input() == &block.json());
  const auto request = reroute::message_request("m").max_tokens(1).user("a").append(answer);
  const std::string body = request.encode(reroute::operation::create).body_for("m").text();
  try {
    if (!(reroute::message_request::from_json(body) == request)) std::abort();
  } catch (const std::invalid_argument&) {
    // an answer of the greatest depth is too deep once it stands inside a body; else it reads back
    if (std::count_if(body.begin(), body.end(), [](char c) { return c == '[' || c == '{'; }) < 256)
      std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  std::string why;
  const auto answer = reroute::message::parse(body, &why);
  if (answer.has_value() != why.empty()) std::abort();
  if (answer) use(*answer);
  static_cast<void>(reroute::token_count::parse(body));
  return 0;
}
