// The intrusive heap against a plain sorted model: every operation, many random histories.
#include "detail/intrusive_heap.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

using reroute::detail::heap_hook;
using reroute::detail::intrusive_heap;

namespace {

struct item {
  int key = 0;
  std::uint64_t order = 0;
  heap_hook hook = {};
  heap_hook other_hook = {};
};

struct by_key {
  std::pair<int, std::uint64_t> operator()(const item& each) const noexcept {
    return {each.key, each.order};
  }
};
struct highest_first {
  int operator()(const item& each) const noexcept { return -each.key; }
};

using heap = intrusive_heap<item, &item::hook, by_key>;

std::vector<int> drain(heap& all) {
  std::vector<int> keys;
  while (!all.empty())
    keys.push_back(all.pop().key);
  return keys;
}

}  // namespace

TEST_CASE("a new heap is empty and unlinked nodes are in no heap") {
  heap all;
  const item alone;
  CHECK(all.empty());
  CHECK(all.size() == 0);
  CHECK_FALSE(alone.hook.linked());
  CHECK_FALSE(all.contains(alone));
}

TEST_CASE("nodes leave in order, equal keys by their sequence number") {
  std::vector<item> items(200);
  heap all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = static_cast<int>(i * 37 % 10);
    items[i].order = i;
    all.push(items[i]);
  }
  std::vector<std::pair<int, std::uint64_t>> seen;
  while (!all.empty()) {
    const item& first = all.pop();
    CHECK_FALSE(first.hook.linked());
    seen.emplace_back(first.key, first.order);
  }
  CHECK(seen.size() == items.size());
  CHECK(std::is_sorted(seen.begin(), seen.end()));
}

TEST_CASE("any node can be erased, wherever it stands") {
  for (std::size_t size = 1; size <= 30; ++size) {
    for (std::size_t victim = 0; victim < size; ++victim) {
      std::vector<item> items(size);
      heap all;
      std::vector<int> expected;
      for (std::size_t i = 0; i < size; ++i) {
        items[i].key = static_cast<int>(i * 7 % size);
        all.push(items[i]);
        if (i != victim) expected.push_back(items[i].key);
      }
      all.erase(items[victim]);
      CHECK_FALSE(all.contains(items[victim]));
      std::sort(expected.begin(), expected.end());
      CHECK(drain(all) == expected);
    }
  }
}

TEST_CASE("update moves a node up and down") {
  std::vector<item> items(50);
  heap all;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = static_cast<int>(i);
    all.push(items[i]);
  }
  items[49].key = -1;
  all.update(items[49]);
  CHECK(&all.top() == &items[49]);
  items[49].key = 100;
  all.update(items[49]);
  CHECK(&all.top() == &items[0]);
  items[0].key = 25;
  all.update(items[0]);
  CHECK(&all.top() == &items[1]);
  const auto keys = drain(all);
  CHECK(std::is_sorted(keys.begin(), keys.end()));
  CHECK(keys.back() == 100);
}

TEST_CASE("a node may stand in two heaps by two hooks") {
  std::vector<item> items(20);
  heap rising;
  intrusive_heap<item, &item::other_hook, highest_first> falling;
  for (std::size_t i = 0; i < items.size(); ++i) {
    items[i].key = static_cast<int>(i);
    rising.push(items[i]);
    falling.push(items[i]);
  }
  CHECK(rising.top().key == 0);
  CHECK(falling.top().key == 19);
  falling.erase(items[19]);
  CHECK(rising.contains(items[19]));
  CHECK(falling.pop().key == 18);
}

TEST_CASE("clear and the destructor unlink; a copy stands in no heap") {
  item one;
  item two;
  {
    heap all;
    all.push(one);
    const item copy = one;
    CHECK_FALSE(copy.hook.linked());
    CHECK_FALSE(all.contains(copy));
    all.clear();
    CHECK_FALSE(one.hook.linked());
    all.push(one);
    all.push(two);
  }
  CHECK_FALSE(one.hook.linked());
  CHECK_FALSE(two.hook.linked());
}

TEST_CASE("random histories agree with a sorted model") {
  std::mt19937 random(20261124);
  const auto pick = [&random](std::size_t below) {
    return std::uniform_int_distribution<std::size_t>(0, below - 1)(random);
  };
  std::vector<item> items(300);
  std::vector<item*> model;
  heap all;
  for (int step = 0; step < 20000; ++step) {
    item& node = items[pick(items.size())];
    switch (pick(4)) {
      case 0:
      case 1:
        if (node.hook.linked()) break;
        node.key = static_cast<int>(pick(100));
        node.order = static_cast<std::uint64_t>(step);
        all.push(node);
        model.push_back(&node);
        break;
      case 2:
        if (!node.hook.linked()) break;
        if (pick(2) == 0) {
          node.key = static_cast<int>(pick(100));
          all.update(node);
        } else {
          all.erase(node);
          std::erase(model, &node);
        }
        break;
      default:
        if (!all.empty() && pick(3) == 0) std::erase(model, &all.pop());
    }
    REQUIRE(all.size() == model.size());
    if (model.empty()) continue;
    const auto* first = *std::min_element(
        model.begin(), model.end(), [](auto* a, auto* b) { return by_key()(*a) < by_key()(*b); });
    REQUIRE(&all.top() == first);
  }
}
