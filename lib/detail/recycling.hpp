// Memory for what comes and goes with every call: each thread keeps what was given back for the next.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <new>
#include <utility>

namespace reroute::detail {

/// Blocks that were given back, in one list for each size, the last one first. Not thread-safe. Trivially
/// destructible, so that it may be used until the very end of its thread: `close` frees what it keeps.
class block_lists {
 public:
  static constexpr std::size_t step = 64;                    ///< sizes differ by so much
  static constexpr std::size_t classes = 36;                 ///< larger ones are malloc's business
  static constexpr std::size_t most_kept = 4 * 1024 * 1024;  ///< bytes

  /// At least one byte. Throws `std::bad_alloc`.
  [[nodiscard]] void* take(std::size_t size) {
    const std::size_t at = class_of(size);
    if (at < classes) {
      size = size_of(at);
      if (block* const first = lists_[at]) {
        lists_[at] = first->next;
        kept_ -= size;
        return first;
      }
    }
    return ::operator new(size);
  }
  /// `size` is what was asked for. It need not come from these lists.
  void give_back(void* at_block, std::size_t size) noexcept {
    const std::size_t at = class_of(size);
    if (closed_ || at >= classes || kept_ + size_of(at) > most_kept)
      return ::operator delete(at_block);
    lists_[at] = new (at_block) block{lists_[at]};
    kept_ += size_of(at);
  }
  /// From now on it keeps nothing.
  void close() noexcept {
    closed_ = true;
    for (block*& first : lists_)
      while (block* const next = first) {
        first = next->next;
        ::operator delete(next);
      }
    kept_ = 0;
  }
  [[nodiscard]] std::size_t kept() const noexcept { return kept_; }

 private:
  struct block {
    block* next;
  };
  static constexpr std::size_t class_of(std::size_t size) noexcept { return (size - 1) / step; }
  static constexpr std::size_t size_of(std::size_t at) noexcept { return (at + 1) * step; }

  std::array<block*, classes> lists_{};
  std::size_t kept_ = 0;
  bool closed_ = false;
};

/// Those of the thread. malloc keeps a handful of a size at hand; with some hundred calls in flight it walks
/// through its bins instead, whose links lie in memory that is long out of the cache. A block may be given
/// back on another thread: it stays there.
///
/// With AddressSanitizer or ThreadSanitizer each block comes from malloc: who uses what it gave back is to be
/// found out.
class recycled_blocks {
 public:
  [[nodiscard]] static void* take(std::size_t size) {
    if constexpr (watched) return ::operator new(size);
    return here_.take(size);
  }
  static void give_back(void* block, std::size_t size) noexcept {
    if constexpr (watched) return ::operator delete(block);
    if (!opened_) open();
    here_.give_back(block, size);
  }

 private:
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  static constexpr bool watched = true;
#elif defined(__has_feature)
  static constexpr bool watched =
      __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  static constexpr bool watched = false;
#endif

  static void open() noexcept {
    struct closer {
      ~closer() { here_.close(); }
    };
    opened_ = true;
    static thread_local const closer at_the_end_of_the_thread;
    (void)at_the_end_of_the_thread;
  }

  static thread_local block_lists here_;
  static thread_local bool opened_;
};

inline constinit thread_local block_lists recycled_blocks::here_{};
inline constinit thread_local bool recycled_blocks::opened_ = false;

/// An allocator over them, e.g. for `std::allocate_shared`.
template <class T>
struct recycling_allocator {
  using value_type = T;
  static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);

  recycling_allocator() = default;
  template <class U>
  recycling_allocator(const recycling_allocator<U>&) noexcept {}
  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > static_cast<std::size_t>(-1) / sizeof(T)) throw std::bad_array_new_length();
    return static_cast<T*>(recycled_blocks::take(count * sizeof(T)));
  }
  void deallocate(T* at, std::size_t count) noexcept {
    recycled_blocks::give_back(at, count * sizeof(T));
  }
  template <class U>
  friend bool operator==(const recycling_allocator&, const recycling_allocator<U>&) noexcept {
    return true;
  }
};

template <class T, class... Arguments>
[[nodiscard]] std::shared_ptr<T> make_recycled(Arguments&&... arguments) {
  return std::allocate_shared<T>(recycling_allocator<T>(), std::forward<Arguments>(arguments)...);
}

/// A base for classes whose objects `new` makes there.
struct recycled {
  static void* operator new(std::size_t size) { return recycled_blocks::take(size); }
  static void operator delete(void* at, std::size_t size) noexcept {
    recycled_blocks::give_back(at, size);
  }
  static void* operator new(std::size_t, std::align_val_t) = delete;
};

/// Bytes as they come, at least one.
class recycled_bytes {
 public:
  explicit recycled_bytes(std::size_t size)
      : size_(size), bytes_(static_cast<unsigned char*>(recycled_blocks::take(size))) {}
  recycled_bytes(const recycled_bytes&) = delete;
  recycled_bytes& operator=(const recycled_bytes&) = delete;
  ~recycled_bytes() { recycled_blocks::give_back(bytes_, size_); }

  [[nodiscard]] unsigned char* data() const noexcept { return bytes_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  std::size_t size_;
  unsigned char* bytes_;
};

}  // namespace reroute::detail
