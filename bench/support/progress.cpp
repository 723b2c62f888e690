// The progress line.
#include "bench/support/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <unistd.h>
#include <utility>

namespace bench {

progress::progress(std::string label, std::size_t goal)
    : label_(std::move(label)), goal_(goal), terminal_(isatty(STDOUT_FILENO) == 1) {}

void progress::show(std::size_t done, const std::string& rest) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < (terminal_ ? 100ms : 2000ms)) return;
  last_ = now;
  print(done, rest, false);
}

void progress::finish(std::size_t done, const std::string& rest) { print(done, rest, true); }

void progress::print(std::size_t done, const std::string& rest, bool last) {
  constexpr std::size_t width = 30;
  const std::size_t full = goal_ == 0 ? width : std::min(width, done * width / goal_);
  const std::string bar = std::string(full, '#') + std::string(width - full, '.');
  std::printf("%s%-8s [%s] %s%s", terminal_ ? "\r\033[K" : "", label_.c_str(), bar.c_str(),
              rest.c_str(), terminal_ && !last ? "" : "\n");
  std::fflush(stdout);
}

}  // namespace bench
