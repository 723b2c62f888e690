// A client is one set of gates and connections: it moves, but two of it would each know half.
// refused: deleted function|deleted (copy )?constructor
#include <reroute/client/client.hpp>

#include <utility>

reroute::client keep(reroute::client given) {
#ifdef REROUTE_MISTAKE
  reroute::client kept = given;
#else
  reroute::client kept = std::move(given);
#endif
  return kept;
}
