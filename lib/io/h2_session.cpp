// HTTP/2 through nghttp2: the one place that knows it.
#include "io/h2_session.hpp"

#include <reroute/error/errc.hpp>

#include "http/text.hpp"
#include "io/h2_memory.hpp"
#include "io/request_check.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <new>
#include <stdexcept>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::int32_t connection_window = 16 * 1024 * 1024;
constexpr std::size_t field_overhead = 32;    // as SETTINGS_MAX_HEADER_LIST_SIZE counts
constexpr std::size_t most_unanswered = 200;  // acknowledgements that a flood may make us owe

void check(int result) {
  if (result == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (result != 0) throw std::runtime_error(std::string("nghttp2: ") + nghttp2_strerror(result));
}

std::string_view view(const std::uint8_t* text, std::size_t size) noexcept {
  return {reinterpret_cast<const char*>(text), size};
}

nghttp2_nv field(std::string_view name, std::string_view value) noexcept {
  // nghttp2 copies them, whatever its types say
  const auto bytes = [](std::string_view text) {
    return const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(text.data()));
  };
  return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
}

bool is_secret(std::string_view name) noexcept {
  return name == "authorization" || name == "x-api-key" || name == "api-key";
}

}  // namespace

struct h2_session::callbacks {
  static h2_session& self(void* user) noexcept { return *static_cast<h2_session*>(user); }
  static h2_stream* stream(nghttp2_session* session, std::int32_t id) noexcept {
    return static_cast<h2_stream*>(nghttp2_session_get_stream_user_data(session, id));
  }

  static int header(nghttp2_session* session, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) noexcept {
    h2_stream* const of = stream(session, frame->hd.stream_id);
    if (!of || frame->hd.type != NGHTTP2_HEADERS) return 0;
    of->header_bytes += name_size + value_size + field_overhead;
    if (of->header_bytes > self(user).limits_.header) {
      self(user).fail(*of, make_error_code(errc::header_too_large),
                      "more header bytes than the limit");
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    if (of->head_done) return 0;  // trailers: nobody asked for them
    const std::string_view key = view(name, name_size), text = view(value, value_size);
    try {
      if (key == ":status") {
        (void)std::from_chars(text.data(), text.data() + text.size(), of->head.status);
      } else if (!key.starts_with(':')) {
        of->head.headers.add(key, text);
      }
    } catch (const std::exception&) {
      self(user).fail(*of, make_error_code(errc::protocol_error), "a header field is not usable");
      return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    return 0;
  }

  static int frame_received(nghttp2_session* session, const nghttp2_frame* frame,
                            void* user) noexcept {
    h2_session& in = self(user);
    switch (frame->hd.type) {
      case NGHTTP2_SETTINGS:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) return 0;
        in.greeted_ = true;
        in.most_ =
            nghttp2_session_get_remote_settings(session, NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS);
        return 0;
      case NGHTTP2_PING:
        if ((frame->hd.flags & NGHTTP2_FLAG_ACK) != 0) ++in.pongs_;
        return 0;
      case NGHTTP2_GOAWAY:
        in.goodbye_ = true;
        in.last_taken_ = frame->goaway.last_stream_id;
        in.calm_ = in.calm_ || frame->goaway.error_code == NGHTTP2_ENHANCE_YOUR_CALM;
        in.wants_http1_ = in.wants_http1_ || frame->goaway.error_code == NGHTTP2_HTTP_1_1_REQUIRED;
        return 0;
      case NGHTTP2_HEADERS:
      case NGHTTP2_DATA:
        break;
      default:
        return 0;
    }
    h2_stream* const of = stream(session, frame->hd.stream_id);
    if (!of) return 0;
    if (frame->hd.type == NGHTTP2_HEADERS && !of->head_done) {
      if (of->head.status / 100 == 1) {
        of->head = {};  // an interim response; the fields count towards the limit all the same
        return 0;
      }
      of->head_done = true;
      in.wake(*of);
    }
    if ((frame->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0) {
      of->whole = true;
      in.wake(*of);
    }
    return 0;
  }

  static int data(nghttp2_session* session, std::uint8_t, std::int32_t id,
                  const std::uint8_t* bytes, std::size_t size, void* user) noexcept {
    h2_session& in = self(user);
    // an unread stream holds up only itself
    nghttp2_session_consume_connection(session, size);
    h2_stream* const of = stream(session, id);
    if (!of || of->ended) {
      nghttp2_session_consume_stream(session, id, size);
      return 0;
    }
    of->heard += size;
    if (of->heard > in.limits_.body) {
      in.fail(*of, make_error_code(errc::body_too_large), "more body bytes than the limit");
      nghttp2_submit_rst_stream(session, NGHTTP2_FLAG_NONE, id, NGHTTP2_CANCEL);
      return 0;
    }
    try {
      of->data.append(view(bytes, size));
    } catch (const std::bad_alloc&) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    in.wake(*of);
    return 0;
  }

  static int closed(nghttp2_session* session, std::int32_t id, std::uint32_t code,
                    void* user) noexcept {
    if (h2_stream* const of = stream(session, id)) self(user).finish(*of, code);
    return 0;
  }

  static int frame_sent(nghttp2_session* session, const nghttp2_frame* frame, void*) noexcept {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (h2_stream* const of = stream(session, frame->hd.stream_id)) of->sent = true;
    return 0;
  }

  static int frame_not_sent(nghttp2_session* session, const nghttp2_frame* frame, int,
                            void*) noexcept {
    if (frame->hd.type != NGHTTP2_HEADERS) return 0;
    if (h2_stream* const of = stream(session, frame->hd.stream_id)) of->unprocessed = true;
    return 0;
  }

  static int invalid_frame(nghttp2_session* session, const nghttp2_frame* frame, int code,
                           void* user) noexcept {
    if (h2_stream* const of = stream(session, frame->hd.stream_id))
      of->complaint = nghttp2_strerror(code);
    try {
      self(user).complaint_ = nghttp2_strerror(code);
    } catch (const std::bad_alloc&) {
      return NGHTTP2_ERR_CALLBACK_FAILURE;
    }
    return 0;
  }

  static ssize_t body(nghttp2_session* session, std::int32_t id, std::uint8_t* into,
                      std::size_t room, std::uint32_t* flags, nghttp2_data_source*,
                      void* user) noexcept {
    h2_stream* const of = stream(session, id);
    if (!of) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    std::size_t done = 0;
    std::size_t before = 0;  // bytes of the body in front of this part
    for (const std::string_view part : {of->body.head(), of->body.tail(), of->body.end()}) {
      const std::size_t at = of->body_sent + done;
      if (at >= before && at - before < part.size() && done < room) {
        const std::size_t size = std::min(part.size() - (at - before), room - done);
        std::memcpy(into + done, part.data() + (at - before), size);
        done += size;
      }
      before += part.size();
    }
    const bool began = std::exchange(of->body_sent, of->body_sent + done) > 0;
    if (of->body_sent < of->body.size()) return static_cast<ssize_t>(done);
    *flags |= NGHTTP2_DATA_FLAG_EOF;
    // the answer's time begins; where all goes in one piece it did with the question
    if (began) self(user).wake(*of);
    return static_cast<ssize_t>(done);
  }

  static nghttp2_session_callbacks* all() {
    static nghttp2_session_callbacks* const made = [] {
      nghttp2_session_callbacks* set = nullptr;
      check(nghttp2_session_callbacks_new(&set));
      nghttp2_session_callbacks_set_on_header_callback(set, &header);
      nghttp2_session_callbacks_set_on_frame_recv_callback(set, &frame_received);
      nghttp2_session_callbacks_set_on_data_chunk_recv_callback(set, &data);
      nghttp2_session_callbacks_set_on_stream_close_callback(set, &closed);
      nghttp2_session_callbacks_set_on_frame_send_callback(set, &frame_sent);
      nghttp2_session_callbacks_set_on_frame_not_send_callback(set, &frame_not_sent);
      nghttp2_session_callbacks_set_on_invalid_frame_recv_callback(set, &invalid_frame);
      return set;
    }();
    return made;
  }
};

struct h2_session::words {
  std::string names;  // in lower case, as HTTP/2 wants them
  std::vector<nghttp2_nv> fields;
};

h2_session::h2_session(const h2_limits& limits)
    : limits_(limits), words_(std::make_unique<words>()) {
  nghttp2_option* option = nullptr;
  check(nghttp2_option_new(&option));
  nghttp2_option_set_no_auto_window_update(option, 1);
  nghttp2_option_set_no_closed_streams(option, 1);
  nghttp2_option_set_max_outbound_ack(option, most_unanswered);
  nghttp2_option_set_peer_max_concurrent_streams(option, first_guess_of_streams);
  nghttp2_mem functions = h2_memory();
  const int made =
      nghttp2_session_client_new3(&session_, callbacks::all(), this, option, &functions);
  nghttp2_option_del(option);
  check(made);
  const std::array<nghttp2_settings_entry, 3> settings{
      {{NGHTTP2_SETTINGS_ENABLE_PUSH, 0},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, limits_.stream_window},
       {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        static_cast<std::uint32_t>(std::min<std::size_t>(limits_.header, 0x7fffffff))}}};
  check(nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size()));
  check(nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, connection_window));
}

h2_session::~h2_session() {
  for (h2_stream* const each : streams_)
    nghttp2_session_set_stream_user_data(session_, each->id, nullptr);
  nghttp2_session_del(session_);
}

// ---- asking

void h2_session::submit(h2_stream& stream, const http::request& request) {
  const std::string authority = authority_of(request.url);
  std::array<char, 20> digits;  // as many as there are in 2^64
  const char* const end =
      std::to_chars(digits.data(), digits.data() + digits.size(), request.body.size()).ptr;
  const std::string_view length(digits.data(), static_cast<std::size_t>(end - digits.data()));
  std::size_t size = 0;
  for (const auto [name, value] : request.headers)
    size += name.size();
  // used again and again: nghttp2 takes copies
  std::string& names = words_->names;
  names.clear();
  names.reserve(size);
  std::vector<nghttp2_nv>& fields = words_->fields;
  fields.clear();
  fields.push_back(field(":method", request.method));
  fields.push_back(field(":scheme", request.url.scheme));
  fields.push_back(field(":authority", authority));
  fields.push_back(field(":path", request.url.target));
  for (const auto [name, value] : request.headers) {
    std::string_view lower = name;
    if (std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; })) {
      const std::size_t at = names.size();
      for (const char c : name)
        names += http::lower(c);
      lower = std::string_view(names).substr(at);
    }
    nghttp2_nv made = field(lower, value);
    if (is_secret(lower)) made.flags |= NGHTTP2_NV_FLAG_NO_INDEX;  // never in the peer's tables
    fields.push_back(made);
  }
  if (needs_length(request)) fields.push_back(field("content-length", length));
  stream.body = request.body;
  nghttp2_data_provider provider{};
  provider.read_callback = &callbacks::body;
  const std::int32_t id =
      nghttp2_submit_request(session_, nullptr, fields.data(), fields.size(),
                             request.body.empty() ? nullptr : &provider, &stream);
  if (id == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (id < 0) {  // no numbers are left
    stream.unprocessed = true;
    fail(stream, make_error_code(errc::connection_lost), nghttp2_strerror(id));
    return;
  }
  stream.id = id;
  stream.place = streams_.size();
  streams_.push_back(&stream);
}

void h2_session::leave(h2_stream& stream) {
  if (stream.woken) std::erase(woken, &stream);
  stream.woken = false;
  if (stream.id < 0 || stream.place >= streams_.size() || streams_[stream.place] != &stream) return;
  forget(stream);
  if (!std::exchange(stream.ended, true))
    nghttp2_submit_rst_stream(session_, NGHTTP2_FLAG_NONE, stream.id, NGHTTP2_CANCEL);
}

void h2_session::consumed(h2_stream& stream, std::size_t size) {
  if (stream.id >= 0 && !stream.ended) nghttp2_session_consume_stream(session_, stream.id, size);
}

void h2_session::ping() { nghttp2_submit_ping(session_, NGHTTP2_FLAG_NONE, nullptr); }

void h2_session::say_goodbye() {
  nghttp2_submit_goaway(session_, NGHTTP2_FLAG_NONE, 0, NGHTTP2_NO_ERROR, nullptr, 0);
}

// ---- moving bytes

bool h2_session::input(std::string_view bytes) {
  if (error_) return false;
  const auto used = nghttp2_session_mem_recv(
      session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  if (used == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (used < 0) {
    end({make_error_code(errc::protocol_error), true, nghttp2_strerror(static_cast<int>(used))});
  } else {
    look_for_the_end();
  }
  return !error_;
}

// nghttp2 hangs up on a peer that breaks the protocol, once it has said why; and when all is said
void h2_session::look_for_the_end() {
  if (error_ || nghttp2_session_want_read(session_) != 0) return;
  const bool over = goodbye_ && streams_.empty();
  end({over ? make_error_code(errc::connection_lost) : make_error_code(errc::protocol_error), true,
       complaint_.empty() ? "the peer broke the HTTP/2 protocol" : complaint_});
}

std::string_view h2_session::output() {
  const std::uint8_t* bytes = nullptr;
  const auto size = nghttp2_session_mem_send(session_, &bytes);
  if (size == NGHTTP2_ERR_NOMEM) throw std::bad_alloc();
  if (size < 0) {
    end({make_error_code(errc::protocol_error), true, nghttp2_strerror(static_cast<int>(size))});
    return {};
  }
  if (size == 0) look_for_the_end();
  return view(bytes, static_cast<std::size_t>(size));
}

void h2_session::end(const transport_error& why) {
  if (!error_) error_ = why;
  while (!streams_.empty()) {
    h2_stream& last = *streams_.back();
    if (last.ended) {
      forget(last);
      continue;
    }
    const bool lost = why.code == make_error_code(errc::connection_lost);
    fail(last, lost && last.head_done ? make_error_code(errc::truncated_body) : why.code,
         why.detail);
  }
}

bool h2_session::draining() const noexcept {
  return error_ || goodbye_ || nghttp2_session_check_request_allowed(session_) == 0;
}

// ---- streams end

void h2_session::wake(h2_stream& stream) {
  if (!std::exchange(stream.woken, true)) woken.push_back(&stream);
}

void h2_session::finish(h2_stream& stream, std::uint32_t code) {
  if (stream.ended) return forget(stream);
  if (stream.whole && stream.head_done) {  // whatever the peer thinks of the rest of the request
    stream.ended = true;
    forget(stream);
    return wake(stream);
  }
  const std::string name =
      std::string("the peer reset the stream: ") + nghttp2_http2_strerror(code);
  switch (code) {
    case NGHTTP2_REFUSED_STREAM:
      stream.unprocessed = true;
      stream.wants_http1 = wants_http1_;
      stream.passed_over = goodbye_ && last_taken_ > 0 && stream.id > last_taken_;
      stream.sent = false;
      return fail(stream, make_error_code(calm_ ? errc::enhance_your_calm : errc::connection_lost),
                  name);
    case NGHTTP2_HTTP_1_1_REQUIRED:
      stream.unprocessed = stream.wants_http1 = true;
      return fail(stream, make_error_code(errc::protocol_error), name);
    case NGHTTP2_FLOW_CONTROL_ERROR:
      // an upload that began before the peer's settings came overruns a window smaller than usual; who
      // has not got all of a request has not begun with it
      stream.unprocessed = stream.body_sent < stream.body.size();
      return fail(stream, make_error_code(errc::protocol_error), name);
    case NGHTTP2_ENHANCE_YOUR_CALM:
      return fail(stream, make_error_code(errc::enhance_your_calm), name);
    case NGHTTP2_NO_ERROR:
    case NGHTTP2_PROTOCOL_ERROR:
      // a gateway that lost the server behind it says so too
      if (stream.head_done && !stream.complaint)
        return fail(stream, make_error_code(errc::truncated_body), name);
      return fail(stream, make_error_code(errc::protocol_error),
                  stream.complaint ? std::string(stream.complaint) : name);
    default:
      return fail(stream,
                  make_error_code(stream.head_done ? errc::truncated_body : errc::connection_lost),
                  name);
  }
}

void h2_session::fail(h2_stream& stream, std::error_code code, std::string detail) {
  if (!stream.error) stream.error = {code, stream.sent, std::move(detail)};
  stream.ended = true;
  forget(stream);
  wake(stream);
}

void h2_session::forget(h2_stream& stream) noexcept {
  if (stream.place >= streams_.size() || streams_[stream.place] != &stream) return;
  streams_[stream.place] = streams_.back();
  streams_[stream.place]->place = stream.place;
  streams_.pop_back();
  nghttp2_session_set_stream_user_data(session_, stream.id, nullptr);
}

}  // namespace reroute::detail
