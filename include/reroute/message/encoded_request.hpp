// A request serialised once: every attempt on every route shares these bytes.
#pragma once

#include <reroute/http/message.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace reroute {

/// What is asked of the Messages API.
enum class operation : std::uint8_t {
  create,        ///< POST /v1/messages
  stream,        ///< POST /v1/messages with "stream": true
  count_tokens,  ///< POST /v1/messages/count_tokens
};

/// The JSON of a request without its model, which differs per route. Immutable and cheap to copy.
class encoded_request {
 public:
  encoded_request() = default;
  /// `members` are the JSON members besides "model", without the outer braces:
  /// `"max_tokens":1,...`.
  /// `max_tokens` is what the members say, for estimates.
  encoded_request(std::string model, std::string members, std::vector<std::string> betas = {},
                  std::int64_t max_tokens = 0);

  /// The model as the caller named it.
  [[nodiscard]] const std::string& model() const noexcept;
  /// Beta features asked for by this request, for the `anthropic-beta` header.
  [[nodiscard]] const std::vector<std::string>& betas() const noexcept;
  /// The body with `model` as its first member; the rest is shared, not copied.
  [[nodiscard]] http::body body_for(std::string_view model) const;
  /// The body without a model, `extra` (JSON members without braces, may be empty) first: for
  /// routes that name the model in the URL.
  [[nodiscard]] http::body body_without_model(std::string_view extra = {}) const;
  /// The same in gzip, for `Content-Encoding: gzip`: the shared part is packed once, at the first asking (about 10 ms
  /// of CPU per MiB), and then shared like the plain one. One gzip member, which any reader of gzip reads.
  [[nodiscard]] http::body gzip_body_for(std::string_view model) const;
  [[nodiscard]] http::body gzip_body_without_model(std::string_view extra = {}) const;
  /// The most tokens that the answer may have; 0 if the request does not say.
  [[nodiscard]] std::int64_t max_tokens() const noexcept;
  /// Bytes of the body, roughly: for estimates.
  [[nodiscard]] std::size_t size() const noexcept;

 private:
  friend class message_request;
  struct content;
  // `tail`: the members and the closing brace
  encoded_request(std::shared_ptr<const std::string> tail, std::string model,
                  std::vector<std::string> betas, std::int64_t max_tokens);
  [[nodiscard]] std::shared_ptr<const std::string> tail() const;
  [[nodiscard]] http::body packed(const http::body& plain) const;
  std::shared_ptr<const content> content_;  // null: an empty request
};

}  // namespace reroute
