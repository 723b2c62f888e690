// The server's side of HTTP/2 on a scripted connection, over nghttp2.
#include "tests/io/h2_peer.hpp"

#include "testing/h2_fields.hpp"
#include "tests/io/world.hpp"

#include <nghttp2/nghttp2.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string_view>

namespace reroute::io_test {
using testing::h2_field;
using testing::h2_text;

struct h2_peer::callbacks {
  static h2_peer& self(void* user) { return *static_cast<h2_peer*>(user); }

  static int header(nghttp2_session*, const nghttp2_frame* frame, const std::uint8_t* name,
                    std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                    std::uint8_t, void* user) {
    self(user).coming_[frame->hd.stream_id].fields[h2_text(name, name_size)] =
        h2_text(value, value_size);
    return 0;
  }
  static int data(nghttp2_session*, std::uint8_t, std::int32_t id, const std::uint8_t* bytes,
                  std::size_t size, void* user) {
    self(user).coming_[id].body += h2_text(bytes, size);
    return 0;
  }
  static int frame(nghttp2_session*, const nghttp2_frame* heard, void* user) {
    h2_peer& on = self(user);
    if (heard->hd.type == NGHTTP2_GOAWAY) on.goodbye_ = true;
    const bool of_request = heard->hd.type == NGHTTP2_HEADERS || heard->hd.type == NGHTTP2_DATA;
    if (!of_request || (heard->hd.flags & NGHTTP2_FLAG_END_STREAM) == 0) return 0;
    auto found = on.coming_.extract(heard->hd.stream_id);
    found.mapped().id = found.key();
    on.whole_.push_back(std::move(found.mapped()));
    return 0;
  }
  static ssize_t body(nghttp2_session*, std::int32_t id, std::uint8_t* into, std::size_t room,
                      std::uint32_t* flags, nghttp2_data_source*, void* user) {
    auto& left = self(user).bodies_[id];
    std::size_t size = 0;
    if (!left.empty()) {
      size = std::min(room, left.front().size());
      std::memcpy(into, left.front().data(), size);
      left.front().erase(0, size);
      if (left.front().empty()) left.pop_front();
    }
    if (left.empty()) *flags |= NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }
};

h2_peer::h2_peer(server_connection& on, std::optional<std::uint32_t> most) : on_(on) {
  nghttp2_session_callbacks* set = nullptr;
  nghttp2_session_callbacks_new(&set);
  nghttp2_session_callbacks_set_on_header_callback(set, &callbacks::header);
  nghttp2_session_callbacks_set_on_data_chunk_recv_callback(set, &callbacks::data);
  nghttp2_session_callbacks_set_on_frame_recv_callback(set, &callbacks::frame);
  const int made = nghttp2_session_server_new(&session_, set, this);
  nghttp2_session_callbacks_del(set);
  if (made != 0) throw std::runtime_error("nghttp2");
  const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most.value_or(0)};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &entry, most ? 1 : 0);
}

h2_peer::~h2_peer() { nghttp2_session_del(session_); }

asio::awaitable<void> h2_peer::flush() {
  std::string out;
  for (;;) {
    const std::uint8_t* bytes = nullptr;
    const auto size = nghttp2_session_mem_send(session_, &bytes);
    if (size <= 0) break;
    out += h2_text(bytes, static_cast<std::size_t>(size));
  }
  if (!out.empty()) co_await on_.write(std::move(out));
}

asio::awaitable<void> h2_peer::allow(std::uint32_t most) {
  const nghttp2_settings_entry entry{NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, most};
  nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, &entry, 1);
  co_await flush();
}

asio::awaitable<std::optional<h2_heard>> h2_peer::read_request() {
  co_await flush();
  while (whole_.empty()) {
    const std::string bytes = co_await on_.read_some();
    if (bytes.empty()) co_return std::nullopt;
    const auto used = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (used < 0) co_return std::nullopt;
    co_await flush();
  }
  std::optional<h2_heard> next(std::move(whole_.front()));
  whole_.pop_front();
  co_return next;
}

asio::awaitable<void> h2_peer::answer(std::int32_t id, h2_answer what) {
  const std::string status = std::to_string(what.status);
  std::vector<nghttp2_nv> fields{h2_field(":status", status)};
  for (const auto& [name, value] : what.fields)
    fields.push_back(h2_field(name, value));
  bodies_[id].assign(what.frames.begin(), what.frames.end());
  nghttp2_data_provider provider{};
  provider.read_callback = &callbacks::body;
  nghttp2_submit_response(session_, id, fields.data(), fields.size(),
                          what.frames.empty() ? nullptr : &provider);
  co_await flush();
}

server_options h2_server() {
  server_options options = localhost_server();
  options.http2 = true;
  return options;
}

server_script h2_echo(int* goodbyes) {
  return [goodbyes](server_connection& connection) -> asio::awaitable<void> {
    h2_peer peer(connection);
    for (;;) {
      std::optional<h2_heard> heard = co_await peer.read_request();
      if (!heard) break;
      h2_answer echoed;
      if (!heard->body.empty()) echoed.frames.push_back(std::move(heard->body));
      co_await peer.answer(heard->id, std::move(echoed));
    }
    if (goodbyes && peer.heard_goodbye()) ++*goodbyes;
  };
}

server_script h2_answering(h2_answer what, h2_heard* heard) {
  return [what, heard](server_connection& connection) -> asio::awaitable<void> {
    h2_peer peer(connection);
    for (;;) {
      std::optional<h2_heard> next = co_await peer.read_request();
      if (!next) co_return;
      if (heard) *heard = *next;
      co_await peer.answer(next->id, what);
    }
  };
}

std::vector<std::string> in_pieces(const std::string& text, std::size_t size) {
  std::vector<std::string> all;
  for (std::size_t at = 0; at < text.size(); at += size)
    all.push_back(text.substr(at, size));
  return all;
}

}  // namespace reroute::io_test
