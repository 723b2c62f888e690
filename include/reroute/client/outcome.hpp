// What a call came to: the answer or the final error, why it stopped, and every attempt.
#pragma once

#include <reroute/client/attempt.hpp>
#include <reroute/error/normalized_error.hpp>
#include <reroute/message/message.hpp>
#include <reroute/message/resume_hint.hpp>
#include <reroute/message/token_count.hpp>

#include <chrono>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string_view>
#include <vector>

namespace reroute {

/// Why a call ended.
enum class stopped : std::uint8_t {
  answered,             ///< a route answered
  permanent,            ///< an error that neither waiting nor another route helps
  attempts,             ///< all attempts on all routes are used up
  deadline,             ///< the call's deadline passed
  would_miss_deadline,  ///< no route opens before the deadline: told at once
  too_many_waiting,     ///< the queue is full
  draining,             ///< the client takes no more calls (`client::drain`)
  cancelled,            ///< by the caller, or by the end of the client
  after_content,        ///< a stream broke after its caller had got content: it is not repeated
};

[[nodiscard]] std::string_view to_string(stopped value) noexcept;
std::ostream& operator<<(std::ostream& out, stopped value);

/// The end of a call; of a stream, as far as it has come. A class, not an aggregate: it travels through `co_await`.
class outcome {
 public:
  outcome();

  /// The answer of `create`; empty if the call failed or was another operation.
  std::optional<message> answer;
  /// The answer of `count_tokens`; empty if the call failed or was another operation.
  std::optional<token_count> tokens;
  /// What a stream had brought when it broke: the message so far. Empty before its first content.
  std::optional<message> received;
  /// How the caller may go on from `received`; nobody does it by itself.
  resume_hint resume;
  /// The final error; `category::ok` if the call was answered. If a limit of our own ended the call
  /// (a deadline, a full queue), this is that limit, and the attempts tell what came before.
  normalized_error error;
  /// Why the call ended.
  reroute::stopped stopped = reroute::stopped::answered;
  /// Every attempt in the order of sending.
  std::vector<attempt> attempts;
  /// From the start of the call to its end.
  std::chrono::nanoseconds took{0};

  [[nodiscard]] bool answered() const noexcept { return stopped == reroute::stopped::answered; }
  /// The route that answered (the last attempt, unless routes raced); empty if none did. Valid while this outcome lives.
  [[nodiscard]] std::string_view route() const noexcept;
  /// How often the request may be billed besides the answer: attempts without one, and what the transport
  /// sent again (`attempt::resent`).
  [[nodiscard]] int possibly_billed() const noexcept;
};

/// Several lines: the end, then one line per attempt. Never holds a credential or the answer's
/// text.
std::ostream& operator<<(std::ostream& out, const outcome& value);

}  // namespace reroute
