// Reads HTTP/1.1 requests from bytes, by hand: the fake shares no parser with the client.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace reroute::testing {

/// One request. Names of fields in lower case; of several with one name, the last.
struct heard_request {
  std::string method, target, body;
  std::map<std::string, std::string, std::less<>> fields;
  std::string coding_problem = {};  ///< the API's error_code for a body that cannot be unpacked
  bool too_large = false;           ///< its body was not kept, because there is too much of it

  [[nodiscard]] std::string_view field(std::string_view name) const {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string_view() : std::string_view(found->second);
  }
};

/// Feed it bytes; take a request when it is whole.
class request_reader {
 public:
  /// `too_large`: the body is longer than any route takes. It is not read; no other request can follow.
  enum class state : unsigned char { need_more, whole, too_large, broken };
  static constexpr std::size_t max_body = 64 * 1024 * 1024;

  [[nodiscard]] state feed(std::string_view bytes);
  /// After `whole`: the request; what came behind it stays for the next. After `too_large`: without its body.
  [[nodiscard]] heard_request take();
  /// True if nothing was fed that was not taken.
  [[nodiscard]] bool empty() const noexcept { return text_.empty() && !have_head_; }
  /// Once per request: true if the peer waits for a "100 Continue" before it sends the body.
  [[nodiscard]] bool take_expectation();

 private:
  [[nodiscard]] state read_head();
  [[nodiscard]] state read_body();
  [[nodiscard]] state read_chunks();
  [[nodiscard]] state give_up_body();
  static constexpr std::size_t max_head = 64 * 1024;
  std::string text_;
  heard_request request_;
  bool have_head_ = false, chunked_ = false, expects_continue_ = false;
  std::size_t length_ = 0;
};

}  // namespace reroute::testing
