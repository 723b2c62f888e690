// An operator new of the program's own, which keeps a header in front of each block, as those that count do. What it
// did not give it must not be asked to take back.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

struct alignas(std::max_align_t) header {
  std::size_t mark;
};
constexpr std::size_t ours = 0x7265726f757465;

}  // namespace

void* operator new(std::size_t size) {
  void* const block = std::malloc(sizeof(header) + size);
  if (!block) throw std::bad_alloc();
  return new (block) header{ours} + 1;
}

void operator delete(void* given) noexcept {
  if (!given) return;
  header* const block = static_cast<header*>(given) - 1;
  if (block->mark != ours) {
    std::fputs("operator delete was given a block that is not operator new's\n", stderr);
    std::abort();
  }
  block->mark = 0;
  std::free(block);
}

void operator delete(void* given, std::size_t) noexcept { operator delete(given); }
