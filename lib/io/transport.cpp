// What a transport does that keeps no connections.
#include <reroute/io/transport.hpp>

namespace reroute {

bool response_body::read_ready(std::string&) { return false; }

asio::awaitable<transport_error> transport::warm_up(http::url, std::size_t) {
  co_return transport_error();
}

asio::awaitable<transport_error> transport::drain(std::chrono::milliseconds) {
  co_return transport_error();
}

}  // namespace reroute
