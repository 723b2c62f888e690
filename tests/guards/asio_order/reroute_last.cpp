// A user's file that begins with Asio.
#include <asio/io_context.hpp>
//
#include <reroute/reroute.hpp>
