// The errors of an attempt that two of its coroutines meet.
#pragma once

#include <reroute/error/normalized_error.hpp>
#include <reroute/http/date.hpp>

#include "client/stream_reader.hpp"

#include <string_view>

namespace reroute::detail {

/// `error` with `secret` hidden in it: a provider or a gateway may quote the credential it was sent.
[[nodiscard]] normalized_error without(std::string_view secret, normalized_error error);

/// Why `reader`, which said `why` (not `event`, not `need_more`), reads no further.
[[nodiscard]] normalized_error stream_problem(std::string_view route, const stream_reader& reader,
                                              stream_reader::result why, http::date now,
                                              std::string_view secret);

}  // namespace reroute::detail
