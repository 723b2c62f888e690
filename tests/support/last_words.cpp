// What a program says before it ends itself.
#include "tests/support/last_words.hpp"

#include <array>
#include <csignal>
#include <cstdlib>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tests {
namespace {

[[noreturn]] void live_and_die(int words, const std::function<void()>& deed) {
  ::dup2(words, STDERR_FILENO);
  std::signal(SIGABRT, SIG_DFL);  // not Catch2's, which would report a failure of this process
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  try {
    deed();
  } catch (...) {
    ::_exit(2);  // an exception reached the test: it ended nothing
  }
  ::_exit(0);
}

}  // namespace

std::string last_words(const std::function<void()>& deed) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) throw std::runtime_error("no pipe");
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no child");
  if (child == 0) live_and_die(ends[1], deed);
  ::close(ends[1]);
  std::string words;
  std::array<char, 4096> piece{};
  for (ssize_t size = 0; (size = ::read(ends[0], piece.data(), piece.size())) > 0;)
    words.append(piece.data(), static_cast<std::size_t>(size));
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT ? words : "it lived: " + words;
}

}  // namespace tests
