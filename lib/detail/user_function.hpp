// What a user's function threw: as text where an answer was needed, the end of the program where it only watched.
#pragma once

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace reroute::detail {

/// The text of an exception, for an error that says what a user's function threw. May hold anything.
[[nodiscard]] inline std::string thrown_text(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& problem) {
    return problem.what();
  } catch (...) {
    return "something that is no std::exception";
  }
}

/// Calls a function of the user's that has no attempt to fail: an observer's hook, a clock. What it throws
/// ends the program (`std::terminate`, within the exception's handler), with a line on stderr that names it.
template <class Function>
decltype(auto) must_not_throw(const char* name, Function&& function) noexcept {
  try {
    return std::forward<Function>(function)();
  } catch (...) {
    const std::string text = thrown_text(std::current_exception());
    std::fprintf(stderr, "reroute: %s threw: %s. It must not throw: the program ends here.\n", name,
                 text.c_str());
    std::terminate();
  }
}

}  // namespace reroute::detail
