// Text that is wiped when it is released: secrets on their way into a request.
#pragma once

#include <reroute/http/message.hpp>

#include "route/secret.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::detail {

/// A string that is wiped at its end. Neither copied nor printed.
class secret_text {
 public:
  secret_text() = default;
  explicit secret_text(std::string text) : text_(std::move(text)) {
    wipe(text);  // NOLINT(bugprone-use-after-move): the letters of a short string stay
  }
  secret_text(secret_text&& other) noexcept : text_(std::move(other.text_)) { wipe(other.text_); }
  secret_text& operator=(secret_text&& other) noexcept {
    if (this == &other) return *this;
    wipe(text_);
    text_ = std::move(other.text_);
    wipe(other.text_);
    return *this;
  }
  secret_text(const secret_text&) = delete;
  secret_text& operator=(const secret_text&) = delete;
  ~secret_text() { wipe(text_); }

  [[nodiscard]] const std::string& get() const noexcept { return text_; }
  /// To be changed in place.
  [[nodiscard]] std::string& text() noexcept { return text_; }

 private:
  std::string text_;
};

/// A request body that is wiped when the last request with it is released.
[[nodiscard]] inline http::body secret_body(secret_text text) {
  const auto held = std::make_shared<secret_text>(std::move(text));
  return http::body({}, std::shared_ptr<const std::string>(held, &held->get()));
}

}  // namespace reroute::detail
