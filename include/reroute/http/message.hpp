// Plain HTTP requests and responses, of any HTTP version.
#pragma once

#include <reroute/http/headers.hpp>
#include <reroute/http/url.hpp>

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::http {

/// A request body in parts: a short `head` of its own, a `tail` that is shared, and mostly no `end`.
///
/// A message request is serialised once. Its model name, the only part that differs per route, goes
/// into the head; the tail is shared by all attempts, routes and hedges, and never copied. In gzip the
/// checksum, which differs with the model, stands in the end.
class body {
 public:
  body() = default;
  explicit body(std::string text) : head_(std::move(text)) {}
  body(std::string head, std::shared_ptr<const std::string> tail)
      : head_(std::move(head)), tail_(std::move(tail)) {}
  body(std::string head, std::shared_ptr<const std::string> tail, std::string end)
      : head_(std::move(head)), tail_(std::move(tail)), end_(std::move(end)) {}

  [[nodiscard]] std::string_view head() const noexcept { return head_; }
  [[nodiscard]] std::string_view tail() const noexcept {
    return tail_ ? std::string_view(*tail_) : std::string_view();
  }
  [[nodiscard]] std::string_view end() const noexcept { return end_; }
  [[nodiscard]] std::size_t size() const noexcept {
    return head().size() + tail().size() + end().size();
  }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// All parts as one new string.
  [[nodiscard]] std::string text() const { return head_ + std::string(tail()) + end_; }

 private:
  std::string head_;
  std::shared_ptr<const std::string> tail_;
  std::string end_;
};

/// A request. The transport adds Host, Content-Length and Connection by itself.
struct request {
  std::string method = "GET";
  http::url url = {};
  http::headers headers = {};
  http::body body = {};
  /// A transport that finds the connection dead may send a request again by itself if it cannot have
  /// been processed yet. True: not once a byte of it was sent, because nobody wants to pay twice.
  bool send_once = false;
  /// Called by a transport that sends it again although the peer that it was sent to may have taken it: who
  /// pays wants to know. Must not throw; is not called when the exchange is over. Default none.
  std::function<void()> at_resend = {};
};

/// Status and header fields of a response, before its body.
struct response_head {
  int status = 0;  ///< 100 to 599
  http::headers headers = {};
};

/// A whole response.
struct response {
  int status = 0;  ///< 100 to 599
  http::headers headers = {};
  std::string body = {};
};

}  // namespace reroute::http
