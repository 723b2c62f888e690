// A secret cannot be streamed into a log, whatever wraps it; it must be asked for by name.
// refused: no match for .operator<<|invalid operands
#include <reroute/route/credential.hpp>

#include <ostream>

void log(std::ostream& out, const reroute::credential& who) {
#ifdef REROUTE_MISTAKE
  out << who;
#else
  out << static_cast<int>(who.type());
#endif
}
