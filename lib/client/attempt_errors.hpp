// The errors of an attempt that two of its coroutines meet.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/date.hpp>

#include "client/stream_reader.hpp"

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

/// Why `reader`, which said `why` (not `event`, not `need_more`), reads no further.
[[nodiscard]] normalized_error stream_problem(std::string_view route, const stream_reader& reader,
                                              stream_reader::result why, http::date now,
                                              std::string_view secret);

}  // namespace reroute::detail
