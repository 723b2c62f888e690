// The client's side of one HTTP/2 connection, without I/O: plain bytes in, plain bytes out, streams between.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct nghttp2_session;

namespace reroute::detail {

/// What a session may cost.
struct h2_limits {
  std::size_t header = 64 * 1024;       ///< bytes of a response's fields, interim ones included
  std::size_t body = 64 * 1024 * 1024;  ///< bytes of a response's body
  std::uint32_t stream_window = 256 * 1024;  ///< bytes of a body that nobody has read
};

/// One request and its response. Owned by whoever asked, who keeps it, and the request, until `ended` or
/// `h2_session::leave`.
struct h2_stream {
  std::int32_t id = -1;
  // what is sent
  http::body body;
  std::size_t body_sent = 0;
  bool sent = false;  ///< the head of the request has been written
  // what was heard
  http::response_head head;
  std::size_t header_bytes = 0;
  bool head_done = false;
  std::string data;          ///< of the body, not read yet
  std::size_t heard = 0;     ///< bytes of the body in all
  bool whole = false;        ///< the response has ended as it should
  bool ended = false;        ///< nothing more comes
  bool unprocessed = false;  ///< the peer has not looked at it: it may be sent again
  bool passed_over = false;  ///< ... because it said goodbye after requests that it did take
  bool wants_http1 = false;  ///< on HTTP/1.1
  transport_error error;
  const char* complaint = nullptr;  ///< what nghttp2 found wrong with it
  bool woken = false;               ///< stands in `h2_session::woken`
  std::size_t place = 0;            // in the session's list
};

/// Over nghttp2, which judges frames, header blocks, lengths and floods. Pure. Nothing here is called
/// from inside: what happened to streams is listed in `woken`.
class h2_session {
 public:
  explicit h2_session(const h2_limits& limits);
  h2_session(const h2_session&) = delete;
  h2_session& operator=(const h2_session&) = delete;
  ~h2_session();

  /// Asks. `stream` is new, the request was checked (`check_request`).
  void submit(h2_stream& stream, const http::request& request);
  /// Nobody wants the rest of it: it is reset, unless it has ended.
  void leave(h2_stream& stream);
  /// `size` bytes of the body have been read: as many more may come.
  void consumed(h2_stream& stream, std::size_t size);

  /// What the peer said. False once the connection is of no use: see `error()`; all streams have ended.
  [[nodiscard]] bool input(std::string_view bytes);
  /// The peer will say nothing more, or nobody will hear it: all streams end in `why`.
  void end(const transport_error& why);
  /// What there is to say next; empty if there is nothing. Valid until the next call.
  [[nodiscard]] std::string_view output();
  /// Asks for a sign of life, which `alive` counts.
  void ping();
  /// Says that no more requests come.
  void say_goodbye();

  [[nodiscard]] std::size_t open() const noexcept { return streams_.size(); }
  /// How many streams may be open at once, by the peer's word.
  [[nodiscard]] std::size_t most() const noexcept { return most_; }
  /// No new streams: the peer said goodbye, or all numbers are used up.
  [[nodiscard]] bool draining() const noexcept;
  [[nodiscard]] std::size_t pongs() const noexcept { return pongs_; }
  [[nodiscard]] const transport_error& error() const noexcept { return error_; }
  /// The peer's first settings have come.
  [[nodiscard]] bool greeted() const noexcept { return greeted_; }
  /// Streams to which something happened; the caller empties it.
  std::vector<h2_stream*> woken;

 private:
  struct callbacks;
  friend struct callbacks;
  void look_for_the_end();
  void wake(h2_stream& stream);
  void finish(h2_stream& stream, std::uint32_t code);
  void fail(h2_stream& stream, std::error_code code, std::string detail);
  void forget(h2_stream& stream) noexcept;

  struct words;  // what is being asked, while it is put together
  static constexpr std::size_t first_guess_of_streams =
      100;  // until the peer says how many (RFC 9113, 6.5.2)

  h2_limits limits_;
  std::unique_ptr<words> words_;
  nghttp2_session* session_ = nullptr;
  std::vector<h2_stream*> streams_;
  transport_error error_;
  std::size_t most_ = first_guess_of_streams;
  std::size_t pongs_ = 0;
  std::string complaint_;  // what nghttp2 found wrong last
  bool greeted_ = false;
  bool goodbye_ = false;         // the peer's
  std::int32_t last_taken_ = 0;  // with it: the last stream that it looked at
  bool calm_ = false;            // with the wish for calm
  bool wants_http1_ = false;     // with the wish for HTTP/1.1
};

}  // namespace reroute::detail
