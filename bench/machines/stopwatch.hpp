// Real time since it was made.
#pragma once

#include <chrono>
#include <cstddef>

namespace bench {

class stopwatch {
 public:
  /// Nanoseconds, divided by `count`.
  [[nodiscard]] double per(std::size_t count) const {
    const std::chrono::duration<double, std::nano> passed =
        std::chrono::steady_clock::now() - begin_;
    return passed.count() / static_cast<double>(count);
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace bench
