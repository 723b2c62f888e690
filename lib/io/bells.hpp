// Any number of bells that ring together.
#pragma once

#include "io/bell.hpp"
#include "io/listed.hpp"

#include <list>

namespace reroute::detail {

class bells {
 public:
  void ring() {
    for (bell* const each : all_)
      each->ring();
  }

  /// One of them, for as long as it lives.
  class entry : listed<bell> {
   public:
    entry(bells& among, bell& one) : listed(among.all_, one) {}
  };

 private:
  std::list<bell*> all_;
};

}  // namespace reroute::detail
