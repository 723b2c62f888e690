// Nodes by their keys, for keys that mostly come in order: a list, and a heap for the others.
#pragma once

#include "detail/intrusive_heap.hpp"

#include <cassert>
#include <cstddef>

namespace reroute::detail {

/// Besides a `heap_hook`, what a node must hold to stand in an `ordered_queue`. A copy stands in none.
template <class Node>
class list_hook {
 public:
  list_hook() = default;
  list_hook(const list_hook&) noexcept {}
  list_hook& operator=(const list_hook&) noexcept { return *this; }

 private:
  template <class Of, list_hook<Of> Of::*InList, heap_hook Of::*InHeap, class KeyOf>
  friend class ordered_queue;
  Node* before_ = nullptr;
  Node* after_ = nullptr;
};

/// A queue by keys, such as turns and deadlines. A key that is not below the last one of the list goes
/// behind it: O(1), with no memory but the hook. Any other goes to the heap: O(log n). So fresh calls
/// cost the same however many wait (and so do their deadlines if all have the same time), and those
/// that come back to their place cost what a heap of those that came back costs.
///
/// `top()` is a node with the least key: of equal keys the list's, and there first in, first out. Key,
/// lifetime and exceptions as in `intrusive_heap`.
template <class Node, list_hook<Node> Node::*InList, heap_hook Node::*InHeap, class KeyOf>
class ordered_queue {
 public:
  ordered_queue() = default;
  ordered_queue(const ordered_queue&) = delete;
  ordered_queue& operator=(const ordered_queue&) = delete;

  [[nodiscard]] bool empty() const noexcept { return front_ == nullptr && heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return listed_ + heap_.size(); }
  /// True if the node stands in this queue.
  [[nodiscard]] bool contains(const Node& node) const noexcept {
    const list_hook<Node>& place = node.*InList;
    return place.before_ || place.after_ || front_ == &node || heap_.contains(node);
  }
  /// A node with the least key. The queue must not be empty. O(1).
  [[nodiscard]] Node& top() const noexcept {
    assert(!empty());
    if (!front_ || (!heap_.empty() && heap_.top_key() < KeyOf()(*front_))) return heap_.top();
    return *front_;
  }

  /// Adds a node that stands in no queue by these hooks.
  void push(Node& node) {
    assert(!(node.*InHeap).linked());
    if (back_ && KeyOf()(node) < KeyOf()(*back_)) return heap_.push(node);
    (node.*InList).before_ = back_;
    (node.*InList).after_ = nullptr;
    (back_ ? (back_->*InList).after_ : front_) = &node;
    back_ = &node;
    ++listed_;
  }

  /// Removes a node of this queue.
  void erase(Node& node) noexcept {
    if ((node.*InHeap).linked()) return heap_.erase(node);
    list_hook<Node>& place = node.*InList;
    (place.before_ ? (place.before_->*InList).after_ : front_) = place.after_;
    (place.after_ ? (place.after_->*InList).before_ : back_) = place.before_;
    place.before_ = place.after_ = nullptr;
    --listed_;
  }

 private:
  Node* front_ = nullptr;
  Node* back_ = nullptr;
  std::size_t listed_ = 0;
  intrusive_heap<Node, InHeap, KeyOf> heap_;
};

}  // namespace reroute::detail
