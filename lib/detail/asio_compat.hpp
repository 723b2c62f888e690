// The one private header that knows Asio's versions: the same spellings from 1.22.1 to the newest, and
// in Boost.Asio.
#pragma once

#include <reroute/detail/loop_error_code.hpp>

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#if defined(BOOST_ASIO_VERSION) || ASIO_VERSION >= 102300
#include <asio/as_tuple.hpp>
#else
#include <asio/experimental/as_tuple.hpp>
#endif

#include <exception>
#include <system_error>

namespace reroute::detail {

#if defined(BOOST_ASIO_VERSION) || ASIO_VERSION >= 102300
using asio::as_tuple;
#else
using asio::experimental::as_tuple;
#endif

/// True where a read takes what is there before the function that begins it returns: with reactors, but not
/// select, and not where the system completes operations (io_uring, IOCP).
#if defined(ASIO_HAS_IO_URING_AS_DEFAULT) || defined(BOOST_ASIO_HAS_IO_URING_AS_DEFAULT)
inline constexpr bool reads_at_once = false;
#elif defined(ASIO_HAS_EPOLL) || defined(ASIO_HAS_KQUEUE) || defined(BOOST_ASIO_HAS_EPOLL) || \
    defined(BOOST_ASIO_HAS_KQUEUE)
inline constexpr bool reads_at_once = true;
#else
inline constexpr bool reads_at_once = false;
#endif

/// What Asio's own functions throw, and the coroutines that await them.
#if defined(BOOST_ASIO_VERSION)
using loop_system_error = boost::system::system_error;
#else
using loop_system_error = std::system_error;
#endif

/// The error of an exception that carries one, the standard's or the loop's; none of any other.
[[nodiscard]] inline std::error_code code_of(const std::exception& thrown) noexcept {
  if (const auto* of = dynamic_cast<const std::system_error*>(&thrown)) return of->code();
  if (const auto* of = dynamic_cast<const loop_system_error*>(&thrown)) return of->code();
  return {};
}

/// Completion token: await the operation, and put its error into `code` instead of throwing it.
[[nodiscard]] inline auto into(loop_error_code& code) {
  return asio::redirect_error(asio::use_awaitable, code);
}

}  // namespace reroute::detail
