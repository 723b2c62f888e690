// Boost.Asio's loop given to a reroute that was built for standalone Asio, or the other way round: what to change.
#pragma once

#include <reroute/detail/asio.hpp>

#include <asio/any_io_executor.hpp>

#include <string_view>
#include <type_traits>
#include <utility>

namespace reroute::detail {

/// True of what is Boost.Asio's: a context, an executor, or what has one (a socket, a context of the program's own).
/// Told by its name, so that no header of the other Asio is needed.
template <class T>
[[nodiscard]] consteval bool is_of_boost_asio() {
  constexpr std::string_view boost = "boost::asio::";
  if constexpr (requires(T & loop) { loop.get_executor(); }) {
    using executor = std::remove_cvref_t<decltype(std::declval<T&>().get_executor())>;
    if constexpr (!std::is_same_v<executor, T>) return is_of_boost_asio<executor>();
  }
  return std::string_view(__PRETTY_FUNCTION__).find(boost) != std::string_view::npos;
}

// defined by the CMake target of a reroute that was built for Boost.Asio
#ifdef REROUTE_BOOST_ASIO
static_assert(
    is_of_boost_asio<asio::any_io_executor>(),
    "this reroute was built for Boost.Asio (REROUTE_ASIO=boost), but <asio/...> is standalone Asio "
    "here: "
    "remove that from the include path, or configure reroute with -DREROUTE_ASIO=standalone");
#endif

/// A loop that reroute cannot run in, because it was built for standalone Asio.
template <class T>
concept foreign_loop =
    !is_of_boost_asio<asio::any_io_executor>() && is_of_boost_asio<std::remove_cvref_t<T>>();

/// Called by constructors and functions that were given such a loop, in place of a page of candidates.
template <class Loop>
asio::any_io_executor refuse_foreign_loop() {
  static_assert(!foreign_loop<Loop>,
                "this loop is Boost.Asio's, but reroute was built for standalone Asio: configure "
                "reroute with "
                "-DREROUTE_ASIO=boost, or use asio::io_context");
  return {};
}

}  // namespace reroute::detail
