// The events of the Messages API as text.
#include <reroute/testing/streamed_answer.hpp>

#include <boost/json/serialize.hpp>
#include <boost/json/string.hpp>

#include <algorithm>

namespace reroute::testing {
namespace {

std::string quoted(std::string_view text) {
  return boost::json::serialize(boost::json::string(text.data(), text.size()));
}

bool inside_letter(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

// calls `take` with pieces of at most so many bytes, or of one letter
template <class Take>
void in_pieces(std::string_view text, std::size_t size, Take take) {
  if (size == 0) size = std::max<std::size_t>(text.size(), 1);
  while (!text.empty()) {
    std::size_t end = std::min(size, text.size());
    while (end > 0 && end < text.size() && inside_letter(text[end]))
      --end;
    if (end == 0)
      for (end = 1; end < text.size() && inside_letter(text[end]);)
        ++end;
    take(text.substr(0, end));
    text.remove_prefix(end);
  }
}

}  // namespace

streamed_answer& streamed_answer::event(std::string_view name, std::string_view data) & {
  text_.append("event: ").append(name).append("\n");
  for (;;) {
    const std::size_t end = std::min(data.find('\n'), data.size());
    text_.append("data: ").append(data.substr(0, end)).append("\n");
    if (end == data.size()) break;
    data.remove_prefix(end + 1);
  }
  text_ += '\n';
  return *this;
}

streamed_answer& streamed_answer::start(std::string_view model, std::size_t input_tokens) & {
  return event("message_start",
               R"({"type":"message_start","message":{"id":"msg_fake","type":"message","role":)"
               R"("assistant","model":)" +
                   quoted(model) +
                   R"(,"content":[],"stop_reason":null,"stop_sequence":null,"usage":)"
                   R"({"input_tokens":)" +
                   std::to_string(input_tokens) + R"(,"output_tokens":1}}})");
}

void streamed_answer::begin_block(std::string_view json) {
  event("content_block_start", R"({"type":"content_block_start","index":)" +
                                   std::to_string(index_) + R"(,"content_block":)" +
                                   std::string(json) + "}");
}

void streamed_answer::delta(std::string_view json) {
  event("content_block_delta", R"({"type":"content_block_delta","index":)" +
                                   std::to_string(index_) + R"(,"delta":)" + std::string(json) +
                                   "}");
}

void streamed_answer::end_block() {
  event("content_block_stop",
        R"({"type":"content_block_stop","index":)" + std::to_string(index_++) + "}");
}

streamed_answer& streamed_answer::unfinished(std::string_view text) & {
  begin_block(R"({"type":"text","text":""})");
  delta(R"({"type":"text_delta","text":)" + quoted(text) + "}");
  return *this;
}

streamed_answer& streamed_answer::text(std::string_view text, std::size_t piece) & {
  begin_block(R"({"type":"text","text":""})");
  in_pieces(text, piece, [this](std::string_view part) {
    delta(R"({"type":"text_delta","text":)" + quoted(part) + "}");
  });
  end_block();
  return *this;
}

streamed_answer& streamed_answer::thinking(std::string_view thought, std::string_view signature) & {
  begin_block(R"({"type":"thinking","thinking":"","signature":""})");
  delta(R"({"type":"thinking_delta","thinking":)" + quoted(thought) + "}");
  delta(R"({"type":"signature_delta","signature":)" + quoted(signature) + "}");
  end_block();
  return *this;
}

streamed_answer& streamed_answer::tool_use(std::string_view id, std::string_view name,
                                           std::string_view input, std::size_t piece) & {
  begin_block(R"({"type":"tool_use","id":)" + quoted(id) + R"(,"name":)" + quoted(name) +
              R"(,"input":{}})");
  delta(R"({"type":"input_json_delta","partial_json":""})");  // as the API begins
  in_pieces(input, piece, [this](std::string_view part) {
    delta(R"({"type":"input_json_delta","partial_json":)" + quoted(part) + "}");
  });
  end_block();
  return *this;
}

streamed_answer& streamed_answer::cited(std::string_view text, std::string_view source) & {
  begin_block(R"({"type":"text","text":"","citations":[]})");
  delta(R"({"type":"citations_delta","citation":{"type":"char_location","cited_text":)" +
        quoted(source) + "}}");
  delta(R"({"type":"text_delta","text":)" + quoted(text) + "}");
  end_block();
  return *this;
}

streamed_answer& streamed_answer::block(std::string_view json) & {
  begin_block(json);
  end_block();
  return *this;
}

streamed_answer& streamed_answer::error(std::string_view type, std::string_view message) & {
  return event("error", R"({"type":"error","error":{"type":)" + quoted(type) + R"(,"message":)" +
                            quoted(message) + "}}");
}

streamed_answer& streamed_answer::stop(std::string_view reason, std::size_t output_tokens) & {
  event("message_delta", R"({"type":"message_delta","delta":{"stop_reason":)" + quoted(reason) +
                             R"(,"stop_sequence":null},"usage":{"output_tokens":)" +
                             std::to_string(output_tokens) + "}}");
  return event("message_stop", R"({"type":"message_stop"})");
}

http::response streamed_answer::response() const {
  http::response all;
  all.status = 200;
  all.headers.add("content-type", "text/event-stream; charset=utf-8");
  all.headers.add("cache-control", "no-cache");
  all.headers.add("request-id", "req_fake_stream");
  all.body = text_;
  return all;
}

}  // namespace reroute::testing
