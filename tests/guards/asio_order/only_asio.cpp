// A user's file that has to do with Asio alone.
#include <asio/io_context.hpp>
