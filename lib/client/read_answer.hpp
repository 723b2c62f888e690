// A whole body read as the answer that was asked for, in whichever form it came.
#pragma once

#include <reroute/client/outcome.hpp>
#include <reroute/message/encoded_request.hpp>

#include <string>

namespace reroute::detail {

/// What is wrong with a body; nothing if it was read.
struct unread {
  std::string why;          ///< for people; empty if it was read
  std::string error_event;  ///< the data of an error event in it, which is what is wrong
};

/// Reads the answer of `create` (a message, or the event stream of one, which some gateways send to everybody) or of
/// `count_tokens` into `into`, which takes `body` if it is one.
[[nodiscard]] unread read_answer(operation op, std::string& body, outcome& into);

}  // namespace reroute::detail
