// A request body in gzip, whose large part is packed once for all heads.
#pragma once

#include <reroute/http/message.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace reroute::detail {

/// What all bodies of a request end in, packed: deflate's last blocks, which refer to nothing in front of them.
struct gzip_tail {
  gzip_tail() = default;
  explicit gzip_tail(std::string_view plain);

  std::string bytes;
  std::size_t plain_size = 0;
  std::uint32_t checksum = 0;  // CRC-32 of the plain bytes
};

/// One gzip member (RFC 1952) of both: the head as it is, in stored blocks, which end on whole bytes; the
/// tail, shared; then the checksum and size of both. Without a tail, of the head alone.
[[nodiscard]] http::body gzip_body(std::string_view head,
                                   const std::shared_ptr<const gzip_tail>& tail);

}  // namespace reroute::detail
