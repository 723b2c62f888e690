// What the tests of this floor share: a body in one string, and what an exception says.
#pragma once

#include <reroute/message/message_request.hpp>

#include <stdexcept>
#include <string>

namespace reroute::testing_message {

/// The body that `create` would send under the caller's own name of the model.
[[nodiscard]] inline std::string body_of(const message_request& request,
                                         operation op = operation::create) {
  const encoded_request encoded = request.encode(op);
  return encoded.body_for(encoded.model()).text();
}

/// A request without messages that may be encoded all the same: what a setter adds stands alone.
[[nodiscard]] inline message_request bare() {
  return message_request::from_json(R"({"model":"m"})");
}

/// What `make()` throws as `std::invalid_argument`; "nothing" if it does not throw.
template <class Make>
[[nodiscard]] std::string refusal(Make make) {
  try {
    make();
  } catch (const std::invalid_argument& refused) {
    return refused.what();
  }
  return "nothing";
}

}  // namespace reroute::testing_message
