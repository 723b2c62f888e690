// What the real APIs object to in a request: credentials, path, headers, body. Pure.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/testing/fake_route_options.hpp>

#include "testing/request_reader.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace reroute::testing {

/// What was read from a request that is right, or the answer to one that is wrong.
struct judgement {
  std::optional<http::response> objection;
  bool count_only = false;  ///< `count_tokens`
  bool stream = false;      ///< "stream": true
  std::string model;
  std::int64_t max_tokens = 0;
  std::string user;  ///< `metadata.user_id`
};

[[nodiscard]] judgement judge(const heard_request& request, const fake_route_options& options,
                              std::string_view request_id);

}  // namespace reroute::testing
