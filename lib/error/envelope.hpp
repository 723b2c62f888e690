// The error envelopes that are in use, read into one form.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

/// What an error body says. Any part may be empty.
struct envelope {
  std::string error_code;  ///< error.details.error_code: Anthropic's stable code
  std::string code;        ///< error.code, Azure's and Google's kind; a number as text
  std::string type;        ///< error.type, Anthropic's kind
  std::string message;     ///< one line, at most 1 KiB
  std::string request_id;
  int status =
      0;  ///< error.status or error.code as an HTTP status of an error; 0 if neither is one
  bool json = false;     ///< the body was a JSON object
  bool gateway = false;  ///< API Management's own envelope, with a "statusCode"

  /// The route's own key: the most precise of the three.
  [[nodiscard]] const std::string& key() const noexcept {
    return !error_code.empty() ? error_code : !code.empty() ? code : type;
  }
};

/// Reads any envelope: Anthropic's, Azure's limiter and gateway, API Management's, Google's and
/// AWS's, OAuth's; text, HTML and nothing at all. JSON of another shape says nothing, for it may
/// hold anything. Bounded in size and depth; never throws.
[[nodiscard]] envelope read_envelope(std::string_view body) noexcept;

/// AWS's name of an error without what may stand around it: "ThrottlingException" of
/// "com.amazonaws#ThrottlingException:http://internal.amazon.com/".
[[nodiscard]] std::string_view aws_error_name(std::string_view text) noexcept;

}  // namespace reroute::detail
