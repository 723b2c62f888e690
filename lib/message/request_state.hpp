// What a message request holds, and the checks that its setters share.
#pragma once

#include <reroute/message/message_request.hpp>

#include "detail/recycling.hpp"
#include "message/body_members.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace reroute {

struct message_request::state : detail::recycled {
  std::string model;
  detail::body_members body;  // all members but the model
  std::vector<std::string> betas;
  bool complete = false;  // from an existing body: `encode` does not look for what is missing

  friend bool operator==(const state& a, const state& b) {
    return a.model == b.model && a.betas == b.betas && a.body == b.body;
  }
};

namespace detail {

/// A model's name as the caller may give it. Throws `std::invalid_argument`.
inline void check_model(std::string_view model) {
  if (model.empty()) refuse("the model is empty; name one, e.g. \"claude-opus-4-8\"");
  check_utf8(model, "the model");
}

/// JSON text that must be an object.
[[nodiscard]] std::string checked_object(std::string_view text, const std::string& what);

}  // namespace detail
}  // namespace reroute
