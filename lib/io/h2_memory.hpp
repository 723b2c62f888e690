// Memory for nghttp2: it takes and gives back a dozen small blocks per stream, of the same few sizes.
#pragma once

#include <nghttp2/nghttp2.h>

namespace reroute::detail {

/// The functions that nghttp2 takes its memory by: over `recycled_blocks`.
[[nodiscard]] nghttp2_mem h2_memory() noexcept;

}  // namespace reroute::detail
