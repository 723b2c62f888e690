// One HTTP/2 connection to the fake: requests in, answers out.
#include "testing/fake_h2_connection.hpp"

#include "testing/h2_fields.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <new>
#include <utility>
#include <vector>

namespace reroute::testing {

struct fake_h2_connection::callbacks {
  static fake_h2_connection& self(void* user) { return *static_cast<fake_h2_connection*>(user); }

  static int begin(nghttp2_session*, const nghttp2_frame* frame, void* user) {
    if (frame->hd.type == NGHTTP2_HEADERS) self(user).exchanges_[frame->hd.stream_id];
    return 0;
  }
  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    heard_request& request = self(user).exchanges_[frame->hd.stream_id].request;
    const std::string key = h2_text(name, name_size);
    if (key == ":method") {
      request.method = h2_text(value, value_size);
    } else if (key == ":path") {
      request.target = h2_text(value, value_size);
    } else {
      request.fields[key == ":authority" ? "host" : key] = h2_text(value, value_size);
    }
    return 0;
  }
  static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    heard_request& request = self(user).exchanges_[id].request;
    request.too_large = request.too_large || size > request_reader::max_body - request.body.size();
    if (request.too_large) {
      request.body = {};
    } else {
      request.body += h2_text(bytes, size);
    }
    return 0;
  }
  static int frame(nghttp2_session*, const nghttp2_frame* heard, void* user) {
    const bool of_request = heard->hd.type == NGHTTP2_HEADERS || heard->hd.type == NGHTTP2_DATA;
    if (of_request && (heard->hd.flags & NGHTTP2_FLAG_END_STREAM) != 0)
      self(user).heard(heard->hd.stream_id);
    return 0;
  }
  static int closed(nghttp2_session*, std::int32_t id, std::uint32_t code, void* user) {
    fake_h2_connection& on = self(user);
    const auto found = on.exchanges_.find(id);
    if (found == on.exchanges_.end()) return 0;
    const exchange& of = found->second;
    const bool whole = code == NGHTTP2_NO_ERROR && of.answering && of.sent == of.end;
    on.ended(id, whole ? request_end::answered : request_end::abandoned);
    return 0;
  }
  static ssize_t body(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    exchange& of = self(user).exchanges_[id];
    const std::size_t size = std::min(room, of.allowed - of.sent);
    if (size == 0 && of.sent < of.end) {
      of.waits = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    std::memcpy(into, of.decided->answer.body.data() + of.sent, size);
    of.sent += size;
    const bool stalls =
        of.end < of.decided->answer.body.size() ||
        (of.decided->broken && of.decided->broken->kind == fault_kind::stalled_body);
    if (of.sent < of.end) return static_cast<ssize_t>(size);
    if (!stalls) {
      *flags |= NGHTTP2_DATA_FLAG_EOF;
    } else if (size == 0) {
      of.waits = true;
      return NGHTTP2_ERR_DEFERRED;
    }
    return static_cast<ssize_t>(size);
  }
};

fake_h2_connection::fake_h2_connection(std::unique_ptr<peer_socket> peer,
                                       std::shared_ptr<fake_route_state> route,
                                       std::shared_ptr<connection_list> list)
    : peer_(std::move(peer)), route_(std::move(route)), list_(std::move(list)) {
  list_->insert(this);
  nghttp2_session_callbacks* set = nullptr;
  nghttp2_option* option = nullptr;
  if (nghttp2_session_callbacks_new(&set) != 0 || nghttp2_option_new(&option) != 0)
    throw std::bad_alloc();
  nghttp2_session_callbacks_set_on_begin_headers_callback(set, &callbacks::begin);
  nghttp2_session_callbacks_set_on_header_callback(set, &callbacks::header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(set, &callbacks::data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(set, &callbacks::frame);
  nghttp2_session_callbacks_set_on_stream_close_callback(set, &callbacks::closed);
  nghttp2_option_set_max_send_header_block_length(option, 1024 * 1024);  // for bombs
  nghttp2_option_set_no_http_messaging(option, 1);                       // for lies
  const int made = nghttp2_session_server_new2(&session_, set, this, option);
  nghttp2_option_del(option);
  nghttp2_session_callbacks_del(set);
  if (made != 0) throw std::bad_alloc();
}

fake_h2_connection::~fake_h2_connection() {
  list_->erase(this);
  while (!exchanges_.empty())
    ended(exchanges_.begin()->first, request_end::abandoned);
  nghttp2_session_del(session_);
  route_->note([](fake_log& log) { --log.open_connections; });
}

void fake_h2_connection::start() {
  const auto& options = route_->options();
  const std::array<nghttp2_settings_entry, 2> settings{
      {{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, options.h2_max_streams},
       {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, options.h2_window}}};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings.data(), settings.size());
  run();
}

void fake_h2_connection::close(bool reset) {
  if (std::exchange(closed_, true)) return;
  while (!exchanges_.empty())
    ended(exchanges_.begin()->first, request_end::abandoned);
  peer_->close(reset);
}

// ---- bytes

void fake_h2_connection::run() {
  const auto keep = shared_from_this();
  while (!closed_ && (leaving_ ? drain() : read() || write())) {
  }
}

bool fake_h2_connection::drain() {
  if (awaits_read_) return false;
  const auto got = peer_->discard();
  if (got == peer_socket::result::done) return true;
  wait_for(got);
  return false;
}

bool fake_h2_connection::read() {
  if (farewell_ != farewell::none || awaits_read_) return false;
  std::array<char, 16 * 1024> some;
  std::size_t count = 0;
  const auto got = peer_->read(some.data(), some.size(), count);
  if (got != peer_socket::result::done) {
    wait_for(got);
    return false;
  }
  const auto used =
      nghttp2_session_mem_recv(session_, reinterpret_cast<const std::uint8_t*>(some.data()), count);
  if (used < 0) {
    route_->note([](fake_log& log) { ++log.malformed; });
    close(false);
  }
  return true;
}

bool fake_h2_connection::write() {
  if (awaits_write_) return false;
  if (written_ == out_.size()) {
    out_.clear();
    written_ = 0;
    for (;;) {
      const std::uint8_t* bytes = nullptr;
      const auto size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) break;
      out_.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
      if (out_.size() > 64 * 1024) break;
    }
  }
  if (out_.empty()) {
    const bool over = nghttp2_session_want_read(session_) == 0;
    if (farewell_ != farewell::none || over) {
      if (farewell_ == farewell::reset) {
        close(true);
        return false;
      }
      // closing with unread bytes would reset the connection, and could take the answer back
      peer_->end_sending(farewell_ != farewell::abrupt);
      leaving_ = true;
      return true;
    }
    return false;
  }
  std::size_t count = 0;
  const auto got = peer_->write(std::string_view(out_).substr(written_), count);
  if (got != peer_socket::result::done) {
    wait_for(got);
    return false;
  }
  written_ += count;
  return true;
}

void fake_h2_connection::wait_for(peer_socket::result wanted) {
  using waits = asio::ip::tcp::socket;
  if (wanted == peer_socket::result::closed) return close(false);
  const bool read = wanted == peer_socket::result::want_read;
  bool& awaits = read ? awaits_read_ : awaits_write_;
  if (std::exchange(awaits, true)) return;
  peer_->socket().async_wait(read ? waits::wait_read : waits::wait_write,
                             [self = self(), &awaits](std::error_code failed) {
                               awaits = false;
                               if (!failed && !self->closed_) self->run();
                             });
}

// ---- answers

void fake_h2_connection::heard(std::int32_t id) {
  exchange& of = exchanges_[id];
  of.decided.emplace(route_->hear(std::move(of.request)));
  if (of.decided->broken && of.decided->broken->kind == fault_kind::silence) return;
  if (of.decided->after.count() > 0) return wait(id, of, of.decided->after);
  answer(id);
}

void fake_h2_connection::wait(std::int32_t id, exchange& of, std::chrono::nanoseconds time) {
  if (!of.due) of.due = route_->time()->make_timer(peer_->socket().get_executor());
  of.due->wake_at(route_->time()->now() + std::chrono::duration_cast<duration>(time), [this, id] {
    const auto keep = shared_from_this();
    const auto found = exchanges_.find(id);
    if (closed_ || found == exchanges_.end()) return;
    if (found->second.answering) {
      allow_more(id);
    } else {
      answer(id);
    }
    run();
  });
}

void fake_h2_connection::answer(std::int32_t id) {
  exchange& of = exchanges_[id];
  const std::string& body = of.decided->answer.body;
  of.end = of.allowed = body.size();
  if (of.decided->broken && break_it(id, of)) return;
  submit(id, of);
  const bool drips = of.decided->broken && of.decided->broken->kind == fault_kind::slow_drip;
  if (drips || (of.decided->streamed && of.decided->pace.count() > 0)) {
    of.allowed = 0;
    allow_more(id);
  }
}

void fake_h2_connection::submit(std::int32_t id, exchange& of) {
  of.answering = true;
  const http::response& said = of.decided->answer;
  const std::string status = std::to_string(said.status);
  const bool lies = of.decided->broken && of.decided->broken->kind == fault_kind::h2_lying_length;
  const std::string length = std::to_string(said.body.size() + (lies ? 100 : 0));
  std::vector<nghttp2_nv> fields{h2_field(":status", status)};
  for (const http::headers::field each : said.headers)
    fields.push_back(h2_field(each.name, each.value));
  if (!of.decided->streamed) fields.push_back(h2_field("content-length", length));
  nghttp2_data_provider provider{};
  provider.read_callback = &callbacks::body;
  nghttp2_submit_response(session_, id, fields.data(), fields.size(), &provider);
}

// a drop more, or the next event
void fake_h2_connection::allow_more(std::int32_t id) {
  exchange& of = exchanges_[id];
  const std::string& body = of.decided->answer.body;
  const bool drips = of.decided->broken && of.decided->broken->kind == fault_kind::slow_drip;
  std::size_t next = of.allowed;
  if (drips) {
    next += of.decided->broken->bytes;
  } else {
    const std::size_t event = body.find("\n\n", next);
    next = event == std::string::npos ? body.size() : event + 2;
  }
  of.allowed = std::min(next, of.end);
  if (std::exchange(of.waits, false)) nghttp2_session_resume_data(session_, id);
  if (of.allowed < of.end) wait(id, of, drips ? of.decided->broken->every : of.decided->pace);
}

void fake_h2_connection::ended(std::int32_t id, request_end how) {
  const auto found = exchanges_.find(id);
  if (found == exchanges_.end()) return;
  const auto gone = std::move(found->second);
  exchanges_.erase(found);
  if (gone.decided) route_->finish(*gone.decided, how);
}

}  // namespace reroute::testing
