// A reroute that was built for Boost.Asio, and standalone Asio on the include path before it: told, not linked in vain.
// refused: static assertion failed.*standalone Asio here|static_assert failed.*standalone Asio here
// only: standalone
#ifdef REROUTE_MISTAKE
#define REROUTE_BOOST_ASIO  // as the CMake target of such a reroute does
#endif
#include <reroute/io/https_transport.hpp>

reroute::transport* none = nullptr;
