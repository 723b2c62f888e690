// Memory for nghttp2: it takes and gives back a dozen small blocks per stream, of the same few sizes.
#pragma once

#include <array>
#include <cstddef>

namespace reroute::detail {

/// Keeps what is given back for the next of the same size, up to a bound, and hands out first what was
/// used last. Belongs to one session, and outlives it. Not thread-safe.
class h2_memory {
 public:
  h2_memory() = default;
  h2_memory(const h2_memory&) = delete;
  h2_memory& operator=(const h2_memory&) = delete;
  ~h2_memory();

  /// Null without memory, as malloc.
  [[nodiscard]] void* take(std::size_t size) noexcept;
  [[nodiscard]] void* take_again(void* block, std::size_t size) noexcept;
  void give_back(void* block) noexcept;

 private:
  struct header;
  static constexpr std::size_t step = 64;     // sizes differ by so much
  static constexpr std::size_t classes = 12;  // beyond the last it is malloc's business
  static constexpr std::size_t most_kept = 256;
  struct kept {
    header* first = nullptr;
    std::size_t count = 0;
  };
  std::array<kept, classes> kept_{};
};

}  // namespace reroute::detail
