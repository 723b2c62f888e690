// Whether the events of a stream come in an order that makes a message.
#pragma once

#include <reroute/message/stream_event.hpp>

#include <cstddef>
#include <string_view>
#include <vector>

namespace reroute::detail {

/// message_start; blocks, numbered one after the other, each with a start, any number of deltas and a
/// stop; then message_delta; message_stop. Pings and what is new may come anywhere, and a block's stop may
/// be missing at the end, as the official SDKs have it. Pure.
class event_order {
 public:
  /// Empty if `next` fits behind what came before, else why it does not.
  [[nodiscard]] std::string_view add(const stream_event& next) {
    using type = stream_event_type;
    if (next.type() == type::ping || next.type() == type::other || next.type() == type::error)
      return {};
    if (stopped_) return "an event follows message_stop";
    if (started_ != (next.type() != type::message_start))
      return started_ ? "a second message_start" : "the stream does not begin with message_start";
    switch (next.type()) {
      case type::message_start:
        started_ = true;
        open_.assign(next.blocks_begun(), false);
        return {};
      case type::content_block_start:
        if (next.index() != open_.size()) return "a block has not the next number";
        open_.push_back(true);
        return {};
      case type::content_block_stop:
        if (!is_open(next.index())) return "a block ends that is not open";
        open_[next.index()] = false;
        return {};
      case type::message_delta:
        return {};
      case type::message_stop:
        stopped_ = true;
        return {};
      default:
        return is_open(next.index()) ? std::string_view() : "a delta of a block that is not open";
    }
  }
  /// message_stop has come: the message is whole.
  [[nodiscard]] bool whole() const noexcept { return stopped_; }

 private:
  [[nodiscard]] bool is_open(std::size_t index) const {
    return index < open_.size() && open_[index];
  }
  bool started_ = false, stopped_ = false;
  std::vector<bool> open_;  // by the block's number
};

}  // namespace reroute::detail
