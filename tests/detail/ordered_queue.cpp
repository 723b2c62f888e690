// The ordered queue against a plain sorted model.
#include "detail/ordered_queue.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <random>
#include <vector>

using reroute::detail::heap_hook;
using reroute::detail::list_hook;
using reroute::detail::ordered_queue;

namespace {

struct item {
  int key = 0;
  bool in = false;
  list_hook<item> list = {};
  heap_hook heap = {};
};
struct by_key {
  int operator()(const item& each) const noexcept { return each.key; }
};
using queue = ordered_queue<item, &item::list, &item::heap, by_key>;

std::vector<item*> drain(queue& all) {
  std::vector<item*> gone;
  while (!all.empty()) {
    gone.push_back(&all.top());
    all.erase(all.top());
  }
  return gone;
}

}  // namespace

TEST_CASE("ordered queue: equal keys leave in the order in which they came") {
  std::vector<item> items(5);
  queue all;
  CHECK(all.empty());
  for (item& each : items)
    all.push(each);
  CHECK(drain(all) == std::vector<item*>{&items[0], &items[1], &items[2], &items[3], &items[4]});
  CHECK(all.empty());
}

TEST_CASE("ordered queue: it knows whom it holds, in the list and in the heap") {
  std::vector<item> items(3);
  items[0].key = 5;
  items[1].key = 9;
  queue all;
  all.push(items[0]);
  CHECK(all.contains(items[0]));  // alone in the list
  CHECK_FALSE(all.contains(items[1]));
  all.push(items[1]);
  all.push(items[2]);  // to the heap
  CHECK(all.size() == 3);
  for (const item& each : items)
    CHECK(all.contains(each));
  for (item& each : items) {
    all.erase(each);
    CHECK_FALSE(all.contains(each));
  }
  CHECK(all.size() == 0);
}

TEST_CASE("ordered queue: what comes back goes to its place, whatever is behind it") {
  std::vector<item> items(6);
  queue all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = static_cast<int>(i);
    all.push(items[i]);
  }
  for (const std::size_t i : {1U, 0U, 3U})
    all.erase(items[i]);
  for (const std::size_t i : {3U, 1U, 0U})
    all.push(items[i]);
  CHECK(drain(all) ==
        std::vector<item*>{&items[0], &items[1], &items[2], &items[3], &items[4], &items[5]});
}

TEST_CASE("ordered queue: the list may run empty before the heap, and begins anew") {
  std::vector<item> items(3);
  queue all;
  items[0].key = 5;
  items[1].key = 4;
  all.push(items[0]);
  all.push(items[1]);  // to the heap
  all.erase(items[0]);
  CHECK(&all.top() == &items[1]);
  items[2].key = 1;
  all.push(items[2]);  // to the list, although it is below the heap's
  CHECK(drain(all) == std::vector<item*>{&items[2], &items[1]});
}

TEST_CASE("ordered queue: random histories agree with a sorted model") {
  std::mt19937 random(20261201);
  const auto pick = [&random](int below) {
    return std::uniform_int_distribution<int>(0, below - 1)(random);
  };
  for (const int disorder : {1, 3, 200}) {
    std::vector<item> items(300);
    std::vector<const item*> model;
    queue all;
    for (int step = 0; step < 20000; ++step) {
      item& node = items[static_cast<std::size_t>(pick(300))];
      if (!node.in && pick(2) == 0) {
        node.key = step / 10 - pick(disorder);
        all.push(node);
        node.in = true;
        model.push_back(&node);
      } else if (node.in || (!all.empty() && pick(3) == 0)) {
        item& leaving = node.in ? node : all.top();
        all.erase(leaving);
        leaving.in = false;
        std::erase(model, &leaving);
      }
      REQUIRE(all.empty() == model.empty());
      if (model.empty()) continue;
      const item* const first = *std::min_element(model.begin(), model.end(),
                                                  [](auto* a, auto* b) { return a->key < b->key; });
      REQUIRE(all.top().key == first->key);
    }
  }
}
