// What a connect that failed came to, in words for people.
#pragma once

#include "io/host_resolver.hpp"

#include <asio/ip/address.hpp>

#include <chrono>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace reroute::detail {

/// An address that was tried.
struct connect_try {
  asio::ip::address address;
  bool over = false;
  std::error_code error = {};  ///< why it failed, once it is over
};

/// What became of each, "192.0.2.1: Connection refused, 192.0.2.2: no answer", and what would help against the
/// first failure. An address that is the `host` itself is not repeated.
[[nodiscard]] std::string describe_tries(const std::vector<connect_try>& tries,
                                         std::string_view host);

/// Why a name has no address, and what would help.
[[nodiscard]] std::string describe_look_up(const host_addresses& found);

/// "10 s", "250 ms".
[[nodiscard]] std::string time_text(std::chrono::milliseconds time);

}  // namespace reroute::detail
