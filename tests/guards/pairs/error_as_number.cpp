// An error is no number: its status, category and flags are asked for by name.
// refused: cannot convert|no viable conversion
#include <reroute/error/normalized_error.hpp>

int status_of(const reroute::normalized_error& error) {
#ifdef REROUTE_MISTAKE
  return error;
#else
  return error.status;
#endif
}
