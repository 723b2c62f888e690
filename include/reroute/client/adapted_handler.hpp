// A handler in front of another, with all that Asio knows of that one.
#pragma once

#include <reroute/detail/asio.hpp>

#include <asio/associator.hpp>

#include <utility>

namespace reroute::detail {

/// Called with whatever it is called with, calls `adapt(handler, arguments...)`. Executor, allocator
/// and cancellation slot are the handler's.
template <class Handler, class Adapt>
struct adapted_handler {
  Handler handler;
  Adapt adapt;

  template <class... Arguments>
  void operator()(Arguments&&... arguments) {
    adapt(std::move(handler), std::forward<Arguments>(arguments)...);
  }
};

}  // namespace reroute::detail

// not in a `namespace asio`: with Boost.Asio that is another name of boost::asio, which cannot be reopened
template <template <class, class> class Associator, class Handler, class Adapt, class Candidate>
struct asio::associator<Associator, reroute::detail::adapted_handler<Handler, Adapt>, Candidate>
    : Associator<Handler, Candidate> {
  static auto get(const reroute::detail::adapted_handler<Handler, Adapt>& of) noexcept
      -> decltype(Associator<Handler, Candidate>::get(of.handler)) {
    return Associator<Handler, Candidate>::get(of.handler);
  }
  static auto get(const reroute::detail::adapted_handler<Handler, Adapt>& of,
                  const Candidate& candidate) noexcept
      -> decltype(Associator<Handler, Candidate>::get(of.handler, candidate)) {
    return Associator<Handler, Candidate>::get(of.handler, candidate);
  }
};
