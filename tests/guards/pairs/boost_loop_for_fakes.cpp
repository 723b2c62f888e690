// The same for the fakes.
// refused: static assertion failed.*REROUTE_ASIO=boost|static_assert failed.*REROUTE_ASIO=boost
// only: standalone
#include <reroute/testing/fake_claude.hpp>

#include <asio/io_context.hpp>
#include <boost/asio/io_context.hpp>

#ifdef REROUTE_MISTAKE
using loop = boost::asio::io_context;
#else
using loop = asio::io_context;
#endif

void use(loop& io) { reroute::testing::fake_claude fake(io.get_executor()); }
