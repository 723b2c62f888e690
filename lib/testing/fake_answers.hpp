// What the fake says, in the words of each face. Pure.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>
#include <reroute/testing/fake_claude.hpp>

#include <chrono>
#include <string>
#include <string_view>

namespace reroute::testing {

/// 200 with a message, or with a token count.
[[nodiscard]] http::response message_answer(std::string_view model, std::string_view text,
                                            std::size_t input_tokens);
[[nodiscard]] http::response count_answer(std::size_t input_tokens);

/// An error of this status, in the face's words.
[[nodiscard]] http::response error_answer(face wearing, int status, std::string_view message);

/// Says `wait` in a refusal, in this form; zero says nothing.
void announce(http::response& refusal, face wearing, refusal_form form,
              std::chrono::nanoseconds wait, http::date now);

/// As bytes; `close` says that the connection ends with it.
[[nodiscard]] std::string to_bytes(const http::response& response, bool close);

}  // namespace reroute::testing
