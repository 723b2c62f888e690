// The reading of an attempt's end for the gate.
#include "traffic/effect.hpp"

namespace reroute::detail {

effect effect_of(const normalized_error& error) noexcept {
  const bool hinted = error.retry_after && error.retry_after->count() > 0;
  switch (error.category) {
    case category::ok:
      return effect::admitted;
    case category::bad_request:
      return error.status != 0 ? effect::admitted : effect::released;
    case category::rate_limit:
      // a model or feature that is not for this caller must not stop everybody else
      return error.request_scoped ? effect::alone : effect::refused;
    case category::overloaded:
      return hinted ? effect::refused : effect::faulted;
    case category::quota:
      return error.request_scoped ? effect::admitted : effect::quarantined;
    case category::auth:
      if (error.status == 0) return effect::released;  // no credential: the route was not asked
      return error.failover_worthy ? effect::quarantined : effect::admitted;
    case category::timeout:
    case category::server:
    case category::network:
      return effect::faulted;
    case category::cancelled:
      return effect::released;
  }
  return effect::released;
}

}  // namespace reroute::detail
