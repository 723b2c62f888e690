// A user's file that begins with the standard library, and goes on with Asio.
#include <cstdlib>
//
#include <asio/io_context.hpp>
//
#include <reroute/reroute.hpp>
