// A file of the program that has to do with Asio alone, and begins with it: coroutines on a loop of their own.
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

namespace {

asio::awaitable<int> inner() { co_return 1; }

asio::awaitable<void> outer(int* sum) {
  for (int i = 0; i < 10; ++i)
    *sum += co_await inner();
}

// before main begins
const int sum = [] {
  int made = 0;
  asio::io_context io;
  asio::co_spawn(io, outer(&made), asio::detached);
  io.run();
  return made;
}();

}  // namespace

int asio_alone() { return sum; }
