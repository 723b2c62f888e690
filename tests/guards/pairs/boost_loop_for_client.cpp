// A program with Boost.Asio needs a reroute that was built for it, and is told so.
// refused: static assertion failed.*REROUTE_ASIO=boost|static_assert failed.*REROUTE_ASIO=boost
// only: standalone
#include <reroute/client/client.hpp>

#include <asio/io_context.hpp>
#include <boost/asio/io_context.hpp>

#include <utility>

#ifdef REROUTE_MISTAKE
using loop = boost::asio::io_context;
#else
using loop = asio::io_context;
#endif

reroute::client made(loop& io, reroute::client_options options) {
  return reroute::client(io, std::move(options));
}
