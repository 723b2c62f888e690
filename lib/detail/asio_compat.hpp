// The one private header that knows Asio's versions: the same spellings from 1.22.1 to the newest.
#pragma once

#include <asio/redirect_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/version.hpp>
#if ASIO_VERSION >= 102300
#include <asio/as_tuple.hpp>
#else
#include <asio/experimental/as_tuple.hpp>
#endif

#include <system_error>

namespace reroute::detail {

#if ASIO_VERSION >= 102300
using asio::as_tuple;
#else
using asio::experimental::as_tuple;
#endif

/// Completion token: await the operation, and put its error into `code` instead of throwing it.
[[nodiscard]] inline auto into(std::error_code& code) {
  return asio::redirect_error(asio::use_awaitable, code);
}

}  // namespace reroute::detail
