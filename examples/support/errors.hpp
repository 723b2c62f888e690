// What the examples do with what goes wrong: nothing is swallowed.
#pragma once

#include <reroute/client/api_error.hpp>

#include <exception>
#include <iostream>

namespace examples {

/// For `asio::co_spawn`: what the coroutine let through comes out of `io.run()`.
inline void rethrow(const std::exception_ptr& failed) {
  if (failed) std::rethrow_exception(failed);
}

/// Says what went wrong: of a call its end and every attempt. The program's exit status.
inline int report(const std::exception& problem) {
  if (const auto* const call = dynamic_cast<const reroute::api_error*>(&problem)) {
    std::cerr << call->outcome() << '\n';
  } else {
    std::cerr << problem.what() << '\n';
  }
  return 1;
}

}  // namespace examples
