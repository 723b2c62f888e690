// What the fake says, in the words of each face. Pure.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/testing/fake_route_options.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::testing {

/// 200 with a token count.
[[nodiscard]] http::response count_answer(std::size_t input_tokens);

/// An error of this status in the face's words. `request_id` goes into Anthropic's envelope.
[[nodiscard]] http::response error_answer(face wearing, int status, std::string_view message,
                                          std::string_view request_id);

/// What a refusal announced: the answer with the wait in it, and what a client may take it for.
struct announced {
  http::response answer;
  std::chrono::nanoseconds wait{0};  ///< the shortest honest reading; 0 if nothing was said
};

/// A refusal that says `wait`, rounded up, in this form; a wait of 0 says nothing. `now` is the wall
/// clock, as exact as it is: a date must not come out too early.
[[nodiscard]] announced refusal_answer(face wearing, refusal_form form, int status,
                                       std::chrono::nanoseconds wait,
                                       std::chrono::system_clock::time_point now,
                                       std::string_view request_id);

/// The same in these words, to which `text_only` adds its sentence.
[[nodiscard]] announced refusal_answer(face wearing, refusal_form form, int status,
                                       std::chrono::nanoseconds wait,
                                       std::chrono::system_clock::time_point now,
                                       std::string_view request_id, std::string text);
/// What a refusal of this status says by itself.
[[nodiscard]] std::string refusal_text(face wearing, int status);

/// As bytes; `close` says that the connection ends with it.
[[nodiscard]] std::string to_bytes(const http::response& response, bool close);

/// An event stream as HTTP/1.1 in chunks of so many bytes, 0: of one event. `end`: with the last chunk.
/// `stops`, if wanted, gets where each event ends in the bytes.
[[nodiscard]] std::string to_chunked_bytes(const http::response& response, bool close,
                                           std::size_t chunk, bool end,
                                           std::vector<std::size_t>* stops = nullptr);

/// "2026-01-01T00:00:05Z"
[[nodiscard]] std::string rfc3339(std::chrono::sys_seconds when);

}  // namespace reroute::testing
