// A TCP connection with or without TLS on it, whatever is spoken over it.
#include "io/channel.hpp"

#include <asio/buffer.hpp>

#if defined(__linux__)
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#endif

namespace reroute::detail {

loop_error_code channel::flush_now() {
  loop_error_code ec;
  while (tls && !tls->output().empty()) {
    const auto bytes = tls->output();
    const auto sent = socket.write_some(asio::buffer(bytes.data(), bytes.size()), ec);
    if (ec) break;
    tls->drop_output(sent);
  }
  return ec;
}

void channel::close() noexcept {
  closed = true;
  loop_error_code ignored;
  socket.close(ignored);
}

void channel::close_politely() {
  if (!closed && tls) {
    tls->close();
    flush_now();
  }
  close();
}

void tune_socket(asio::ip::tcp::socket& socket) {
  loop_error_code ignored;  // each is a kindness, none a need
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
#if defined(__linux__)
  // the kernel's own two hours are longer than any load balancer remembers a silent connection
  const auto set = [&socket](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof value);
  };
  set(TCP_KEEPIDLE, 30);
  set(TCP_KEEPINTVL, 10);
  set(TCP_KEEPCNT, 6);
#endif
}

}  // namespace reroute::detail
