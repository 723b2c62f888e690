// What a script says to one request: an answer, a failure, silence; and when it says it.
#pragma once

#include <reroute/http/message.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace reroute::testing {

/// One line of a script. A class, not an aggregate: it may stand inside a `co_await`.
class line {
 public:
  using delay = std::chrono::nanoseconds;
  enum class kind : unsigned char { answer, failure, silence };

  /// A response. Implicit: where a line is wanted, a response is one.
  line(http::response response) : response_(std::move(response)) {}  // NOLINT

  [[nodiscard]] static line answer(http::response response) { return {std::move(response)}; }
  /// The transport fails. `sent` says whether the request had left.
  [[nodiscard]] static line failure(std::error_code code, bool sent, std::string detail = {});
  /// Nothing, until the exchange is cancelled.
  [[nodiscard]] static line silence();
  /// A response whose body breaks off after so many bytes: `errc::truncated_body`, or another code.
  [[nodiscard]] static line truncated(http::response response, std::size_t after_bytes);
  [[nodiscard]] static line truncated(http::response response, std::size_t after_bytes,
                                      std::error_code code);
  /// A response whose body stops after so many bytes and says nothing more until cancelled.
  [[nodiscard]] static line stalled(http::response response, std::size_t after_bytes);

  /// How long before the head, or the failure.
  line& after(delay time) & {
    head_delay_ = time;
    return *this;
  }
  line&& after(delay time) && { return std::move(after(time)); }
  /// The body in pieces of at most so many bytes (0: in one), each after a delay.
  line& in_pieces(std::size_t bytes, delay each = {}) & {
    piece_ = bytes;
    piece_delay_ = each;
    return *this;
  }
  line&& in_pieces(std::size_t bytes, delay each = {}) && {
    return std::move(in_pieces(bytes, each));
  }

 private:
  friend class script;
  friend class scripted_body;
  line() = default;

  enum class ending : unsigned char { whole, error, stall };
  kind kind_ = kind::answer;
  ending ending_ = ending::whole;
  bool sent_ = true;
  http::response response_;
  std::error_code code_;
  std::string detail_;
  std::size_t body_end_ = 0;  // where the body breaks off or stalls
  std::size_t piece_ = 0;
  delay head_delay_{};
  delay piece_delay_{};
};

/// Requests that a script waits for, and its lines for them, said in order. Made by `script::expect`.
class expectation {
 public:
  using matcher = std::function<bool(const http::request& request)>;

  expectation(std::string_view method, std::string_view path);

  /// Only requests for which this holds as well. May be repeated.
  expectation& matching(matcher holds);
  /// Only requests with this field. The value is compared as a whole.
  expectation& with_header(std::string name, std::string value);

  expectation& says(line next);
  expectation& answers(http::response response, line::delay after = {});
  expectation& fails(std::error_code code, bool sent, line::delay after = {});
  expectation& stays_silent();
  expectation& breaks_off(http::response response, std::size_t after_bytes, line::delay after = {});
  /// Says the last line so often in all. Throws `std::logic_error` if there is none yet.
  expectation& times(std::size_t count);
  /// Says the last line for ever. Throws like `times`.
  expectation& always();

 private:
  friend class script;
  [[nodiscard]] bool fits(const http::request& request) const;
  [[nodiscard]] const line* next();
  [[nodiscard]] std::size_t unsaid() const noexcept;

  struct repeated {
    line what;
    std::size_t left;
    bool endless;
  };
  std::string method_;
  std::string path_;
  std::vector<matcher> matchers_;
  std::vector<repeated> lines_;
  std::size_t at_ = 0;
};

}  // namespace reroute::testing
