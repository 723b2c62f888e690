// What a program says before it ends itself: for tests of what must end it.
#pragma once

#include <functional>
#include <string>

namespace tests {

/// Runs `deed` in a child process. What that wrote to stderr until it was aborted; "it lived" if it was not.
[[nodiscard]] std::string last_words(const std::function<void()>& deed);

}  // namespace tests
