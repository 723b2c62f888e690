// What was sent to one gate's route, and what became of it: the one account that all beliefs about its limits are read from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>

namespace reroute::detail {

/// A moment, in seconds since the log's clock began.
using instant = double;
inline constexpr instant never = std::numeric_limits<double>::infinity();

/// What a limit counts.
enum class resource : std::uint8_t {
  requests,
  input,      ///< prompt tokens
  tokens,     ///< prompt and answer tokens together; `max_tokens` until the answer has ended
  reserved,   ///< answer tokens; `max_tokens` until the answer has ended, then those it has
  generated,  ///< answer tokens, taken when the answer has ended: anything left lets a call through
};

enum class fate : std::uint8_t {
  pending,
  admitted,
  silent,   ///< given up or lost: nobody knows, it counts as taken
  refused,  ///< by a limit: it took nothing
  faulted,  ///< by a fault or another's limit: it took nothing
};

struct logged_attempt {
  instant sent = 0;
  double input = 0, reserved = 0, likely = 0;  ///< tokens: estimated, asked for, expected
  double said_input = 0;  ///< the estimate before it was corrected by what answers used
  double used_input = -1, used_output = -1;  ///< of an answer that has ended; else -1
  instant ended = never;
  fate is = fate::pending;
  bool on_the_wire = false;
  bool confirmed = false;   ///< answered, or silent for longer than a refusal takes
  bool pressed = false;     ///< others waited, or it had had to
  bool settled = false;     ///< headers of its end have told what it gave back
  std::uint32_t cycle = 0;  ///< how many refusals that closed the gate were heard before it
  int refused_by = 0;       ///< the number of the limit that refused it; 0: it measured nothing
  double wait_least = -1,
         wait_most =
             never;      ///< refused: from its sending until there is enough, as the hint has it
  double overdrawn = 0;  ///< calls beyond what the limit that is tried was believed to hold

  [[nodiscard]] bool took_nothing() const { return is == fate::refused || is == fate::faulted; }
  /// Of this resource, by all that is known now.
  [[nodiscard]] double cost(resource of) const;
  /// As it was when it was sent.
  [[nodiscard]] double cost_at_first(resource of) const;
};

/// Attempts in order of sending, by number; the newest `most` of them. Not thread-safe.
class attempt_log {
 public:
  static constexpr std::size_t most = 4000;

  /// Numbers must rise by one.
  logged_attempt& add(std::uint64_t number, const logged_attempt& what);
  /// Null if it is too old, or never was.
  [[nodiscard]] logged_attempt* find(std::uint64_t number);

  [[nodiscard]] bool empty() const { return all_.empty(); }
  [[nodiscard]] std::size_t size() const { return all_.size(); }
  [[nodiscard]] const logged_attempt& at(std::size_t place) const { return all_[place]; }
  [[nodiscard]] const logged_attempt& newest() const { return all_.back(); }
  /// It begins with the first attempt, and its route refused none before it had let one through.
  [[nodiscard]] bool whole() const { return first_ == 1 && !cold_; }
  void began_cold() { cold_ = true; }
  /// The mean of the newest twenty: of what is asked for, where tokens are reserved.
  [[nodiscard]] double mean_cost(resource of) const;
  /// What those took that were sent later than that.
  [[nodiscard]] double taken_after(resource of, instant when) const;
  /// Sent before that, and not ended then.
  [[nodiscard]] std::size_t under_way_at(instant when) const;
  /// What generated answers that are under way are expected to take.
  [[nodiscard]] double expected() const;

 private:
  std::deque<logged_attempt> all_;
  std::uint64_t first_ = 1;  // number of all_.front()
  bool cold_ = false;
};

}  // namespace reroute::detail
