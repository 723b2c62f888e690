// A place in a list, for as long as somebody lives.
#pragma once

#include <list>

namespace reroute::detail {

/// Puts `one` at the end of `among`, and takes it out again; `among` outlives it. For what lives in a coroutine:
/// it leaves the list also when the loop dies.
template <class Thing>
class listed {
 public:
  listed(std::list<Thing*>& among, Thing& one)
      : among_(among), at_(among.insert(among.end(), &one)) {}
  listed(const listed&) = delete;
  listed& operator=(const listed&) = delete;
  ~listed() { among_.erase(at_); }

 private:
  std::list<Thing*>& among_;
  typename std::list<Thing*>::iterator at_;
};

}  // namespace reroute::detail
