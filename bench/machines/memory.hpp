// What a waiting call holds: as the allocator counts.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace bench {

enum class call_form {
  callback,   ///< `async_create` with a handler that is empty
  refused,    ///< the same after a 429: it waits again, and its story has a line
  coroutine,  ///< a spawned coroutine that awaits `create`
  bare,       ///< the same coroutine, awaiting an operation of Asio's grammar that does nothing
};

/// What a call holds if so many wait for a route that is closed: as the allocator counts, its own
/// headers included, without the encoded request.
[[nodiscard]] double bytes_per_call(call_form form, std::size_t calls);

/// What the bytes are for: the parts of a waiting call, by their types.
[[nodiscard]] std::vector<std::pair<std::string, std::size_t>> parts_of_a_call();

}  // namespace bench
