// A 4-ary heap of nodes that live elsewhere: deadlines by the hundred thousand, each removable.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <utility>
#include <vector>

namespace reroute::detail {

/// What a node must hold to stand in an `intrusive_heap`: its place there. A node in two heaps has
/// two hooks. A copy or a moved-to node stands in no heap.
class heap_hook {
 public:
  heap_hook() = default;
  heap_hook(const heap_hook&) noexcept {}
  heap_hook& operator=(const heap_hook&) noexcept { return *this; }

  /// True while the node stands in a heap.
  [[nodiscard]] bool linked() const noexcept { return index_ != nowhere; }

 private:
  template <class Node, heap_hook Node::*Hook, class KeyOf>
  friend class intrusive_heap;
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t index_ = nowhere;
};

/// A heap of pointers to nodes; `top()` is a node before which no other comes.
///
/// `KeyOf()(node)` is the node's key, ordered by `<`. Equal keys leave in no special order: who needs
/// FIFO orders by (key, sequence number). The key must not change while the node is linked, unless
/// `update` is called right after; and a node must leave before it dies.
///
/// The keys stand in the heap beside the pointers: to compare two is not to fetch two nodes from
/// wherever they live. Four children to a node: half the depth of a binary heap; and the children of
/// one node begin at a cache line, which holds them all if the key has 8 bytes.
///
/// Nothing is allocated but the vector of entries, which never shrinks. Only `push` and `reserve`
/// can throw (`std::bad_alloc`), and then nothing has changed. Comparing keys must not throw.
template <class Node, heap_hook Node::*Hook, class KeyOf>
class intrusive_heap {
 public:
  using key_type = decltype(KeyOf()(std::declval<const Node&>()));

  intrusive_heap() = default;
  intrusive_heap(const intrusive_heap&) = delete;
  intrusive_heap& operator=(const intrusive_heap&) = delete;
  ~intrusive_heap() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] std::size_t size() const noexcept {
    return entries_.empty() ? 0 : entries_.size() - first;
  }
  void reserve(std::size_t count) { entries_.reserve(count + first); }

  /// The first node. The heap must not be empty. O(1).
  [[nodiscard]] Node& top() const noexcept {
    assert(!empty());
    return *entries_[first].node;
  }
  /// Its key.
  [[nodiscard]] const key_type& top_key() const noexcept {
    assert(!empty());
    return entries_[first].key;
  }
  /// True if the node stands in this heap. O(1).
  [[nodiscard]] bool contains(const Node& node) const noexcept {
    const std::size_t at = (node.*Hook).index_;
    return at < entries_.size() && entries_[at].node == &node;
  }

  /// Adds a node that stands in no heap by this hook. O(log n), mostly O(1).
  void push(Node& node) {
    assert(!(node.*Hook).linked());
    if (entries_.empty()) entries_.resize(first);
    const entry added{KeyOf()(node), &node};
    entries_.push_back(added);
    rise(entries_.size() - 1, added);
  }

  /// Removes the first node and returns it. The heap must not be empty. O(log n).
  Node& pop() noexcept {
    Node& leaving = top();
    erase(leaving);
    return leaving;
  }

  /// Removes a node of this heap. O(log n).
  void erase(Node& node) noexcept {
    assert(contains(node));
    const std::size_t at = (node.*Hook).index_;
    const entry last = entries_.back();
    entries_.pop_back();
    (node.*Hook).index_ = heap_hook::nowhere;
    if (last.node != &node) settle(at, last);
  }

  /// Puts a node of this heap into its place after its key has changed either way. O(log n).
  void update(Node& node) noexcept {
    assert(contains(node));
    settle((node.*Hook).index_, {KeyOf()(node), &node});
  }

  /// Removes all nodes. O(n).
  void clear() noexcept {
    for (std::size_t at = first; at < entries_.size(); ++at)
      (entries_[at].node->*Hook).index_ = heap_hook::nowhere;
    entries_.clear();
  }

 private:
  struct entry {
    key_type key{};
    Node* node = nullptr;
  };
  // The root stands at 3, behind three that are never used: then the children of `at` are the four
  // from 4 * at - 8, and each such group begins at a multiple of 4.
  static constexpr std::size_t arity = 4, first = arity - 1;
  static constexpr std::align_val_t cache_line{64};
  static std::size_t parent_of(std::size_t at) noexcept { return at / arity + 2; }
  static std::size_t child_of(std::size_t at) noexcept { return at * arity - 2 * arity; }

  template <class Entry>
  struct on_cache_lines {
    using value_type = Entry;
    on_cache_lines() = default;
    template <class Other>
    explicit on_cache_lines(const on_cache_lines<Other>&) noexcept {}
    Entry* allocate(std::size_t count) {
      return static_cast<Entry*>(::operator new(count * sizeof(Entry), cache_line));
    }
    void deallocate(Entry* at, std::size_t) noexcept { ::operator delete(at, cache_line); }
    friend bool operator==(const on_cache_lines&, const on_cache_lines&) { return true; }
  };

  void put(std::size_t at, const entry& placed) noexcept {
    entries_[at] = placed;
    (placed.node->*Hook).index_ = static_cast<std::uint32_t>(at);
  }

  void settle(std::size_t at, const entry& moved) noexcept {
    if (at > first && moved.key < entries_[parent_of(at)].key) {
      rise(at, moved);
    } else {
      sink(at, moved);
    }
  }

  // moves the hole at `at` up until `moved` fits into it
  void rise(std::size_t at, const entry& moved) noexcept {
    while (at > first) {
      const std::size_t parent = parent_of(at);
      if (!(moved.key < entries_[parent].key)) break;
      put(at, entries_[parent]);
      at = parent;
    }
    put(at, moved);
  }

  // moves the hole at `at` down until `moved` fits into it
  void sink(std::size_t at, const entry& moved) noexcept {
    const std::size_t count = entries_.size();
    for (std::size_t child = child_of(at); child < count; child = child_of(at)) {
      const std::size_t end = std::min(child + arity, count);
      std::size_t least = child;
      for (std::size_t other = child + 1; other < end; ++other) {
        if (entries_[other].key < entries_[least].key) least = other;
      }
      if (!(entries_[least].key < moved.key)) break;
      put(at, entries_[least]);
      at = least;
    }
    put(at, moved);
  }

  std::vector<entry, on_cache_lines<entry>> entries_;
};

}  // namespace reroute::detail
