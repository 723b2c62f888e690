// Blocks that come again: which, how many, and what happens at the end.
#include "detail/recycling.hpp"

#include "tests/support/catch.hpp"

#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using reroute::detail::block_lists;
using reroute::detail::make_recycled;
using reroute::detail::recycled_blocks;
using reroute::detail::recycled_bytes;

TEST_CASE("what was given back last comes first, to whoever needs about as much") {
  block_lists lists;
  void* const first = lists.take(100);
  void* const second = lists.take(128);
  void* const smaller = lists.take(64);
  lists.give_back(first, 100);
  lists.give_back(second, 128);
  lists.give_back(smaller, 64);
  CHECK(lists.kept() == 128 + 128 + 64);
  CHECK(lists.take(65) == second);
  CHECK(lists.take(120) == first);
  CHECK(lists.take(1) == smaller);
  CHECK(lists.kept() == 0);
  lists.give_back(first, 120);
  lists.give_back(second, 65);
  lists.give_back(smaller, 1);
  lists.close();
  CHECK(lists.kept() == 0);
}

TEST_CASE("large blocks are not kept, nor more than the bound, nor anything after the end") {
  block_lists lists;
  constexpr std::size_t large = block_lists::step * block_lists::classes + 1;
  lists.give_back(lists.take(large), large);
  CHECK(lists.kept() == 0);
  const std::size_t size = large - 1;
  std::vector<void*> all;
  for (std::size_t i = 0; i < block_lists::most_kept / size + 10; ++i)
    all.push_back(lists.take(size));
  for (void* const each : all)
    lists.give_back(each, size);
  CHECK(lists.kept() <= block_lists::most_kept);
  CHECK(lists.kept() + size > block_lists::most_kept);
  lists.close();
  lists.give_back(lists.take(10), 10);
  CHECK(lists.kept() == 0);
}

TEST_CASE("no block is in two hands") {
  std::minstd_rand random(GENERATE(1U, 2U, 3U));
  block_lists lists;
  struct held {
    unsigned char* at;
    std::size_t size;
    unsigned char mark;
  };
  std::vector<held> all;
  for (int i = 0; i < 5000; ++i) {
    if (all.empty() || random() % 5 < 3) {
      const std::size_t size = 1 + random() % 2600;
      const auto mark = static_cast<unsigned char>(random());
      all.push_back({static_cast<unsigned char*>(lists.take(size)), size, mark});
      std::memset(all.back().at, mark, size);
      continue;
    }
    std::swap(all[random() % all.size()], all.back());
    const held gone = all.back();
    all.pop_back();
    REQUIRE(std::string(reinterpret_cast<char*>(gone.at), gone.size) ==
            std::string(gone.size, static_cast<char>(gone.mark)));
    lists.give_back(gone.at, gone.size);
  }
  for (const held& each : all)
    lists.give_back(each.at, each.size);
  lists.close();
}

TEST_CASE("what one thread made another may end, and what outlives its thread too") {
  const auto shared = make_recycled<std::string>(1000, 'x');
  std::shared_ptr<std::string> made_there;
  std::thread([&made_there, moved = std::make_unique<recycled_bytes>(300)]() mutable {
    made_there = make_recycled<std::string>("there");
    std::memset(moved->data(), 1, moved->size());
    moved.reset();
  }).join();
  CHECK(*made_there == "there");
  made_there.reset();
  CHECK(shared->size() == 1000);
  // ended behind the thread's own lists
  std::thread([] {
    static thread_local std::shared_ptr<std::string> late = make_recycled<std::string>("late");
    recycled_blocks::give_back(recycled_blocks::take(200), 200);
    CHECK(*late == "late");
  }).join();
}
