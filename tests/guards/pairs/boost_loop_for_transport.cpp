// The same for a transport of one's own.
// refused: static assertion failed.*REROUTE_ASIO=boost|static_assert failed.*REROUTE_ASIO=boost
// only: standalone
#include <reroute/io/https_transport.hpp>

#include <asio/io_context.hpp>
#include <boost/asio/io_context.hpp>

#ifdef REROUTE_MISTAKE
using loop = boost::asio::io_context;
#else
using loop = asio::io_context;
#endif

auto made(loop& io) { return reroute::make_https_transport(io.get_executor()); }
