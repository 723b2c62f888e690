// The memory that one exchange works in, handed from exchange to exchange.
#pragma once

#include "io/http1_reader.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace reroute::detail {

/// Bytes that came and have not been used: a window that moves over a block, which grows on demand.
class byte_window {
 public:
  explicit byte_window(std::size_t size)
      : bytes_(std::make_unique_for_overwrite<char[]>(size)), capacity_(size) {}

  [[nodiscard]] std::span<char> filled() noexcept { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] std::span<char> room() noexcept { return {bytes_.get() + end_, capacity_ - end_}; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  void add(std::size_t count) noexcept { end_ += count; }
  void drop(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_) clear();
  }
  void clear() noexcept { begin_ = end_ = 0; }

  /// Makes room at the end, by moving what is there to the front or else by growing, to at most
  /// `most` bytes. False if there is none to be had. Moves the bytes.
  [[nodiscard]] bool make_room(std::size_t most) {
    if (end_ < capacity_) return true;
    const auto rest = filled();
    if (begin_ > 0) {
      std::memmove(bytes_.get(), rest.data(), rest.size());
    } else {
      if (capacity_ >= most) return false;
      const auto size = std::min(most, capacity_ * 2);
      auto larger = std::make_unique_for_overwrite<char[]>(size);
      std::memcpy(larger.get(), rest.data(), rest.size());
      bytes_ = std::move(larger);
      capacity_ = size;
    }
    begin_ = 0;
    end_ = rest.size();
    return true;
  }

 private:
  std::unique_ptr<char[]> bytes_;  // not initialised: pages nobody writes cost nothing
  std::size_t capacity_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// What one exchange needs while it runs. An idle connection holds none of it.
struct io_buffers {
  // a TLS record with its overhead
  static constexpr std::size_t cipher_size = 17 * 1024;
  static constexpr std::size_t plain_size = 16 * 1024;

  explicit io_buffers(http1_limits limits) : reader(limits) {}

  std::string head;  // of the request
  std::unique_ptr<char[]> cipher = std::make_unique_for_overwrite<char[]>(cipher_size);
  byte_window plain{plain_size};
  http1_reader reader;
};

/// Keeps a few for the next.
class io_buffer_store {
 public:
  explicit io_buffer_store(http1_limits limits) : limits_(limits) {}

  [[nodiscard]] std::unique_ptr<io_buffers> take() {
    if (spare_.empty()) return std::make_unique<io_buffers>(limits_);
    auto taken = std::move(spare_.back());
    spare_.pop_back();
    return taken;
  }
  void give_back(std::unique_ptr<io_buffers> used) {
    // one huge head must not stay in memory for ever
    if (!used || spare_.size() >= most_spare || used->plain.capacity() > io_buffers::plain_size)
      return;
    used->plain.clear();
    used->reader.restart();
    spare_.push_back(std::move(used));
  }

 private:
  static constexpr std::size_t most_spare = 64;
  http1_limits limits_;
  std::vector<std::unique_ptr<io_buffers>> spare_;
};

}  // namespace reroute::detail
