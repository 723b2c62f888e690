// A failure in our own words.
#pragma once

#include <reroute/route/token_fetch.hpp>

namespace reroute::detail {

/// A `token_error` whose text is shown as it stands: a cure with a long path in it must stay readable. What
/// came from outside has been through `redact` before it became part of the text.
class clean_error : public token_error {
 public:
  using token_error::token_error;
};

}  // namespace reroute::detail
