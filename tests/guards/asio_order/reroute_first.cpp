// A user's file that begins with reroute.
#include <reroute/reroute.hpp>

#include <asio/io_context.hpp>
