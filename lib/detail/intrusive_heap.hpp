// A 4-ary heap of nodes that live elsewhere: deadlines by the hundred thousand, each removable.
#pragma once

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <limits>
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
  template <class Node, heap_hook Node::*Hook, class Before>
  friend class intrusive_heap;
  static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t index_ = nowhere;
};

/// A heap of pointers to nodes; `top()` is a node before which no other comes.
///
/// `Before(a, b)` is a strict weak order of two nodes. Equal nodes leave in no special order: who
/// needs FIFO orders by (key, sequence number). A node's key must not change while it is linked,
/// unless `update` is called right after; and a node must leave before it dies. Four children to a
/// node: half the depth of a binary heap, and the children of one node share a cache line.
///
/// Nothing is allocated but the vector of pointers, which never shrinks. Only `push` and `reserve`
/// can throw (`std::bad_alloc`), and then nothing has changed. `Before` must not throw.
template <class Node, heap_hook Node::*Hook, class Before>
class intrusive_heap {
 public:
  explicit intrusive_heap(Before before = Before()) : before_(std::move(before)) {}
  intrusive_heap(const intrusive_heap&) = delete;
  intrusive_heap& operator=(const intrusive_heap&) = delete;
  ~intrusive_heap() { clear(); }

  [[nodiscard]] bool empty() const noexcept { return nodes_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
  void reserve(std::size_t count) { nodes_.reserve(count); }

  /// The first node. The heap must not be empty. O(1).
  [[nodiscard]] Node& top() const noexcept {
    assert(!empty());
    return *nodes_.front();
  }
  /// True if the node stands in this heap. O(1).
  [[nodiscard]] bool contains(const Node& node) const noexcept {
    const std::size_t at = (node.*Hook).index_;
    return at < nodes_.size() && nodes_[at] == &node;
  }

  /// Adds a node that stands in no heap by this hook. O(log n), mostly O(1).
  void push(Node& node) {
    assert(!(node.*Hook).linked());
    nodes_.push_back(&node);
    rise(nodes_.size() - 1, &node);
  }

  /// Removes the first node and returns it. The heap must not be empty. O(log n).
  Node& pop() noexcept {
    Node& first = top();
    erase(first);
    return first;
  }

  /// Removes a node of this heap. O(log n).
  void erase(Node& node) noexcept {
    assert(contains(node));
    const std::size_t at = (node.*Hook).index_;
    Node* const last = nodes_.back();
    nodes_.pop_back();
    (node.*Hook).index_ = heap_hook::nowhere;
    if (last != &node) settle(at, last);
  }

  /// Puts a node of this heap into its place after its key has changed either way. O(log n).
  void update(Node& node) noexcept {
    assert(contains(node));
    settle((node.*Hook).index_, &node);
  }

  /// Removes all nodes. O(n).
  void clear() noexcept {
    for (Node* node : nodes_)
      (node->*Hook).index_ = heap_hook::nowhere;
    nodes_.clear();
  }

 private:
  static constexpr std::size_t arity = 4;
  static std::size_t parent_of(std::size_t at) noexcept { return (at - 1) / arity; }

  void put(std::size_t at, Node* node) noexcept {
    nodes_[at] = node;
    (node->*Hook).index_ = static_cast<std::uint32_t>(at);
  }

  void settle(std::size_t at, Node* node) noexcept {
    if (at > 0 && before_(*node, *nodes_[parent_of(at)])) {
      rise(at, node);
    } else {
      sink(at, node);
    }
  }

  // moves the hole at `at` up until `node` fits into it
  void rise(std::size_t at, Node* node) noexcept {
    while (at > 0) {
      const std::size_t parent = parent_of(at);
      if (!before_(*node, *nodes_[parent])) break;
      put(at, nodes_[parent]);
      at = parent;
    }
    put(at, node);
  }

  // moves the hole at `at` down until `node` fits into it
  void sink(std::size_t at, Node* node) noexcept {
    const std::size_t count = nodes_.size();
    for (std::size_t child = at * arity + 1; child < count; child = at * arity + 1) {
      const std::size_t end = std::min(child + arity, count);
      std::size_t first = child;
      for (std::size_t other = child + 1; other < end; ++other) {
        if (before_(*nodes_[other], *nodes_[first])) first = other;
      }
      if (!before_(*nodes_[first], *node)) break;
      put(at, nodes_[first]);
      at = first;
    }
    put(at, node);
  }

  std::vector<Node*> nodes_;
  [[no_unique_address]] Before before_;
};

}  // namespace reroute::detail
