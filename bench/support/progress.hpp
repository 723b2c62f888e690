// A progress line: drawn over itself on a terminal, a plain line now and then elsewhere.
#pragma once

#include <chrono>
#include <string>

namespace bench {

class progress {
 public:
  /// `label` stands in front of every line; `goal` is what 100 % is.
  progress(std::string label, std::size_t goal);
  /// Shows a state, at most ten times a second (every two seconds where there is no terminal).
  void show(std::size_t done, const std::string& rest);
  /// The last line; stays on the screen.
  void finish(std::size_t done, const std::string& rest);

 private:
  void print(std::size_t done, const std::string& rest, bool last);
  std::string label_;
  std::size_t goal_;
  bool terminal_;
  std::chrono::steady_clock::time_point last_{};
};

}  // namespace bench
