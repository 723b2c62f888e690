// Blocks with their size in front, in one list for each size.
#include "io/h2_memory.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

namespace reroute::detail {

// in front of each block; while it is kept, the block's own bytes are of no use
struct alignas(std::max_align_t) h2_memory::header {
  std::size_t size;
  header* next;
};

h2_memory::~h2_memory() {
  for (const kept& list : kept_) {
    for (header* each = list.first; each != nullptr;) {
      header* const next = each->next;
      std::free(each);
      each = next;
    }
  }
}

void* h2_memory::take(std::size_t size) noexcept {
  const std::size_t at = size == 0 ? 0 : (size - 1) / step;
  if (at < classes) {
    size = (at + 1) * step;
    if (header* const first = kept_[at].first) {
      kept_[at].first = first->next;
      --kept_[at].count;
      return first + 1;
    }
  } else if (size > static_cast<std::size_t>(-1) - sizeof(header)) {
    return nullptr;
  }
  auto* const made = static_cast<header*>(std::malloc(sizeof(header) + size));
  if (made == nullptr) return nullptr;
  made->size = size;
  return made + 1;
}

void* h2_memory::take_again(void* block, std::size_t size) noexcept {
  if (block == nullptr) return take(size);
  const std::size_t had = (static_cast<header*>(block) - 1)->size;
  if (size <= had && size > had / 2) return block;
  void* const other = take(size);
  if (other == nullptr) return nullptr;
  std::memcpy(other, block, std::min(had, size));
  give_back(block);
  return other;
}

void h2_memory::give_back(void* block) noexcept {
  if (block == nullptr) return;
  header* const from = static_cast<header*>(block) - 1;
  const std::size_t at = from->size / step - 1;
  if (from->size % step != 0 || at >= classes || kept_[at].count == most_kept) {
    std::free(from);
    return;
  }
  from->next = kept_[at].first;
  kept_[at].first = from;
  ++kept_[at].count;
}

}  // namespace reroute::detail
