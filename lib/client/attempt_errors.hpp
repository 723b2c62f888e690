// The errors of an attempt that two of its coroutines meet.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>
#include <reroute/message/encoded_request.hpp>

#include "client/live_route.hpp"
#include "client/stream_reader.hpp"

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace reroute::detail {

/// `error` with `secret` hidden in it: a provider or a gateway may quote the credential it was sent.
[[nodiscard]] normalized_error without(std::string_view secret, normalized_error error);

/// What a route's writer threw: why it cannot write the request, if it is a `std::invalid_argument`.
[[nodiscard]] std::string writer_problem(const std::exception_ptr& thrown);
/// What a transport threw, although it must not.
[[nodiscard]] std::string transport_problem(const std::exception_ptr& thrown);

/// What the route's own code says about a response, or that it threw.
[[nodiscard]] normalized_error resolved(const live_route& on, const http::response& response,
                                        http::date now, bool* threw = nullptr);

/// What it says about an error event of a stream; `request_id` is that of the exchange, if it had one.
[[nodiscard]] normalized_error event_error(const live_route& on, std::string_view data,
                                           std::string_view request_id, http::date now,
                                           std::string_view secret);

/// Why `reader`, which said `why` (not `event`, not `need_more`), reads no further.
[[nodiscard]] normalized_error stream_problem(const live_route& on, const stream_reader& reader,
                                              stream_reader::result why,
                                              std::string_view request_id, http::date now,
                                              std::string_view secret);

/// Why a 2xx is no answer: an error that hides in it, if the route can name it; else `why`, and what came in its place.
/// It is not repeated here; another route is worth it only if nothing of it can have been billed. `size`: of the whole
/// body, where `response` holds only its beginning.
[[nodiscard]] normalized_error no_answer(const live_route& on, operation op,
                                         const http::response& response, std::size_t size,
                                         std::string_view why, http::date now,
                                         std::string_view secret);

/// An answer that cannot be read, and may be billed: no attempt follows it.
[[nodiscard]] normalized_error unreadable(const live_route& on, std::string_view why);

}  // namespace reroute::detail
