// A TCP connection with or without TLS on it, whatever is spoken over it.
#include "io/channel.hpp"

#include <asio/buffer.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>

#if defined(__linux__)
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#endif

namespace reroute::detail {
namespace {

// what the kernel takes, in seconds and in milliseconds
[[maybe_unused]] constexpr std::int64_t most_keep = 32'767, most_patience = 1'000'000'000;

}  // namespace

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

bool channel::unheard() {
#if defined(__linux__)
  // both count bytes that are not acknowledged; the second, those among them that were not sent either
  int queued = 0, unsent = 0;
  const int handle = socket.is_open() ? socket.native_handle() : -1;
  if (handle < 0 || ::ioctl(handle, SIOCOUTQ, &queued) != 0) return false;
  return ::ioctl(handle, SIOCOUTQNSD, &unsent) == 0 && queued > unsent;
#else
  return false;
#endif
}

void name_peer(transport_error& error, std::string_view peer) {
  if (!error || error.code == make_error_code(asio::error::operation_aborted)) return;
  if (error.detail.empty()) error.detail = error.code.message();
  error.detail.insert(0, std::string(peer) + ": ");
}

void tune_socket(asio::ip::tcp::socket& socket, std::chrono::milliseconds silence) {
  loop_error_code ignored;  // each is a kindness, none a need
  socket.non_blocking(true, ignored);
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
#if defined(__linux__)
  // the kernel's own patience, two hours of rest and a quarter of an hour of retransmission, is longer than
  // any load balancer remembers a connection, and than most calls have
  const auto set = [&socket](int option, std::int64_t value, std::int64_t most) {
    const int fits = static_cast<int>(std::min(value, most));
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &fits, sizeof fits);
  };
  const bool limited = silence > silence.zero();
  set(TCP_KEEPIDLE, limited ? std::chrono::ceil<std::chrono::seconds>(silence).count() : 30,
      most_keep);
  set(TCP_KEEPINTVL, limited ? std::chrono::ceil<std::chrono::seconds>(silence / 4).count() : 10,
      most_keep);
  set(TCP_KEEPCNT, 6, 6);
  if (limited)
    set(TCP_USER_TIMEOUT, 2 * std::min(silence.count(), most_patience), 2 * most_patience);
#endif
}

void keep_queue_short([[maybe_unused]] asio::ip::tcp::socket& socket) {
#if defined(__linux__) && defined(TCP_NOTSENT_LOWAT)
  // two of our own writes: a fast line never waits for the next
  const int most = 128 * 1024;
  ::setsockopt(socket.native_handle(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
#endif
}

}  // namespace reroute::detail
