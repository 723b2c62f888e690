// Addresses of hosts: cached for a minute, asked for once at a time, served stale rather than not
// at all.
#pragma once

#include "io/bell.hpp"
#include "io/deadlines.hpp"

#include <asio/awaitable.hpp>
#include <asio/ip/address.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

namespace reroute::detail {

/// What a look-up came to: at least one address, or an error.
struct host_addresses {
  std::error_code error;
  std::vector<asio::ip::address> addresses;
  std::string thrown;  ///< the text of what the user's own look-up threw; empty for the system's
};

/// Asks for the addresses of a host; calls back once, from the loop, never inline. A seam for
/// tests.
using host_lookup =
    std::function<void(const std::string& host, std::function<void(host_addresses)> answer)>;

/// The cache before it. Literals and localhost need no look-up.
class host_resolver {
 public:
  static constexpr std::chrono::seconds keep{60};
  static constexpr std::chrono::seconds keep_stale{5};

  host_resolver(deadlines& time, host_lookup lookup);

  /// The addresses of `host`. Rings `wake` if the coroutine has to wait, and returns when `stopped`
  /// says so after a ring: a slow look-up cannot be cancelled, only left alone.
  asio::awaitable<host_addresses> resolve(std::string host, bell& wake, const bool& stopped);

 private:
  struct entry {
    std::vector<asio::ip::address> addresses;  // the last good answer
    std::error_code error;                     // of the last look-up
    std::string thrown;
    time_point expires{};
    bool asking = false;
    std::vector<bell*> waiters;
  };
  void ask(const std::string& host, const std::shared_ptr<entry>& about);

  deadlines& time_;
  host_lookup lookup_;
  std::map<std::string, std::shared_ptr<entry>, std::less<>> entries_;
};

}  // namespace reroute::detail
