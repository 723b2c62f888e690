// Blocks with their size in front, which nghttp2 does not say when it gives one back.
#include "io/h2_memory.hpp"

#include "detail/recycling.hpp"
#include "http/forget.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

namespace reroute::detail {
namespace {

struct alignas(std::max_align_t) header {
  std::size_t size;  // with this
};

header* header_of(void* block) noexcept { return static_cast<header*>(block) - 1; }

// null without memory, as malloc
void* take(std::size_t size, void*) noexcept {
  if (size > static_cast<std::size_t>(-1) - sizeof(header)) return nullptr;
  try {
    void* const at = recycled_blocks::take(sizeof(header) + size);
    return new (at) header{sizeof(header) + size} + 1;
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

// among them are header fields with the credential
void give_back(void* block, void*) noexcept {
  if (block == nullptr) return;
  header* const at = header_of(block);
  const std::size_t size = at->size;
  forget(at, size);
  recycled_blocks::give_back(at, size);
}

void* take_cleared(std::size_t count, std::size_t size, void*) noexcept {
  if (size != 0 && count > static_cast<std::size_t>(-1) / size) return nullptr;
  void* const block = take(count * size, nullptr);
  if (block != nullptr) std::memset(block, 0, count * size);
  return block;
}

void* take_again(void* block, std::size_t size, void*) noexcept {
  if (block == nullptr) return take(size, nullptr);
  const std::size_t had = header_of(block)->size - sizeof(header);
  if (size <= had && size > had / 2) return block;
  void* const other = take(size, nullptr);
  if (other == nullptr) return nullptr;
  std::memcpy(other, block, std::min(had, size));
  give_back(block, nullptr);
  return other;
}

}  // namespace

nghttp2_mem h2_memory() noexcept { return {nullptr, take, give_back, take_cleared, take_again}; }

}  // namespace reroute::detail
