// What the fake can do wrong over HTTP/2.
#include "testing/fake_h2_connection.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>

namespace reroute::testing {
namespace {

constexpr int many = 20'000;

}  // namespace

std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream,
                     std::string_view payload) {
  std::string bytes;
  const auto add = [&bytes](std::uint32_t number, int size) {
    for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
      bytes += static_cast<char>((number >> static_cast<unsigned>(shift)) & 0xffU);
  };
  add(static_cast<std::uint32_t>(payload.size()), 3);
  add(type, 1);
  add(flags, 1);
  add(static_cast<std::uint32_t>(stream), 4);
  return bytes.append(payload);
}

// past nghttp2, behind what it has to say
void fake_h2_connection::flood(std::string_view frame, int times) {
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) break;
    out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
  }
  for (int i = 0; i < times; ++i)
    out_ += frame;
}

bool fake_h2_connection::break_it(std::int32_t id, exchange& of) {
  using kind = fault_kind;
  const fault& what = *of.decided->broken;
  const std::size_t half = of.decided->answer.body.size() / 2;
  const std::size_t part = std::min(what.after_bytes.value_or(half), of.end);
  switch (what.kind) {
    case kind::reset_before_head:
      farewell_ = farewell::reset;
      return true;
    case kind::close_before_head:
      farewell_ = farewell::polite;
      return true;
    case kind::garbage:
      flood("\x16\x03this is no HTTP/2, and long enough to be no frame either", 1);
      farewell_ = farewell::polite;
      return true;
    case kind::reset_after_head:
    case kind::truncated_body:
      of.end = of.allowed = what.kind == kind::reset_after_head ? 0 : part;
      submit(id, of);
      farewell_ = what.kind == kind::reset_after_head ? farewell::reset : farewell::abrupt;
      return true;
    case kind::stalled_body:
      of.end = of.allowed = part;
      return false;
    case kind::close_after_answer:
      nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR, nullptr, 0);
      return false;
    case kind::h2_goaway:
      // the body comes in two parts, the farewell between
      of.decided->pace = std::chrono::milliseconds(1);
      of.decided->streamed = true;
      nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_NO_ERROR, nullptr, 0);
      return false;
    case kind::h2_goaway_before:
      nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, id > 2 ? id - 2 : 0, NGHTTP2_NO_ERROR,
                            nullptr, 0);
      return true;
    case kind::h2_refused:
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, NGHTTP2_REFUSED_STREAM);
      return true;
    case kind::h2_reset:
      if (what.after_bytes) {
        of.end = of.allowed = part;
        submit(id, of);
        flood({}, 0);
      }
      nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, id, what.h2_code);
      return true;
    case kind::h2_settings_flood:
      flood(h2_frame(NGHTTP2_SETTINGS, 0, 0, std::string_view("\0\4\0\0\xff\xff", 6)), many);
      return false;
    case kind::h2_ping_flood:
      flood(h2_frame(NGHTTP2_PING, 0, 0, "12345678"), many);
      return false;
    case kind::h2_header_bomb:
      for (int i = 0; i < 45; ++i)  // in few frames: of many, nghttp2 hangs up
        of.decided->answer.headers.add("x-bomb-" + std::to_string(i), std::string(2048, 'x'));
      return false;
    case kind::h2_continuation_flood:
      flood(h2_frame(NGHTTP2_HEADERS, 0, id, "\x88"), 1);
      flood(h2_frame(NGHTTP2_CONTINUATION, 0, id, std::string_view("\0\1a\1b", 5)), many);
      return true;
    case kind::h2_wrong_order:
      flood(h2_frame(NGHTTP2_DATA, 0, id, "data first"), 1);
      return false;
    default:
      return false;
  }
}

}  // namespace reroute::testing
