// Any number of bells that ring together.
#pragma once

#include "io/bell.hpp"

#include <list>

namespace reroute::detail {

class bells {
 public:
  void ring() {
    for (bell* const each : all_)
      each->ring();
  }

  /// One of them, for as long as it lives.
  class entry {
   public:
    entry(bells& among, bell& one)
        : among_(among), at_(among.all_.insert(among.all_.end(), &one)) {}
    entry(const entry&) = delete;
    entry& operator=(const entry&) = delete;
    ~entry() { among_.all_.erase(at_); }

   private:
    bells& among_;
    std::list<bell*>::iterator at_;
  };

 private:
  std::list<bell*> all_;
};

}  // namespace reroute::detail
