// Does a route fail, or only some of what is sent to it?
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>

namespace reroute::detail {

/// What became of the newest attempts of a gate, in order of sending. A route that fails a share of what it is sent is
/// not down; one that fails so many in a row that its share does not explain it is. Pure.
class fault_row {
 public:
  /// It was let through: answered, or silent for longer than faults take. What is heard later of the same attempt
  /// counts.
  void passed(std::uint64_t number) { set(number, false); }
  void failed(std::uint64_t number) { set(number, true); }
  /// What was sent up to that number counts no more, nor is its row a share: the route was closed for it.
  void begin_after(std::uint64_t number);
  /// `least` in a row are enough where all others were let through.
  [[nodiscard]] bool down(std::size_t least) const;

 private:
  struct ended {
    std::uint64_t number;
    bool fault;
  };
  void set(std::uint64_t number, bool fault);

  std::deque<ended> newest_;
  std::uint64_t after_ = 0;
};

}  // namespace reroute::detail
