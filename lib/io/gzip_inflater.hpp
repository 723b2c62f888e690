// gzip, undone piece by piece: any split of bytes in, plain bytes out. Sans-I/O; zlib is behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <zlib.h>

namespace reroute::detail {

/// Undoes one gzip stream (RFC 1952) of any number of members. What does not begin with the two bytes that
/// every gzip stream begins with comes out as it is: gateways that unpack a body forget its
/// Content-Encoding, and neither JSON nor an event stream begins with these bytes. About 40 KB while it lives.
class gzip_inflater {
 public:
  gzip_inflater();
  gzip_inflater(const gzip_inflater&) = delete;
  gzip_inflater& operator=(const gzip_inflater&) = delete;
  ~gzip_inflater();

  /// Writes plain bytes to `into` and takes what it used away from `input`; returns how many. All that can
  /// be told from the bytes so far comes out: nothing is held back for company. Fewer than `into` takes:
  /// the input is used up, or the stream is broken.
  [[nodiscard]] std::size_t inflate(std::string_view& input, std::span<char> into);

  /// True where the stream may end: before the first member and behind each, and anywhere if it is no gzip.
  [[nodiscard]] bool may_end() const noexcept { return between_ && matched_ == 0; }
  /// What came begins as gzip and goes on as something else, or its checksum is wrong. For ever.
  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  enum class form : std::uint8_t { unknown, gzip, plain };
  void recognise(std::string_view& input) noexcept;
  std::size_t inflate_members(std::string_view& input, std::span<char> into);

  z_stream zlib_{};
  form form_ = form::unknown;
  std::size_t matched_ = 0;  // bytes of the magic that were taken and have not been handed on
  bool between_ = true;
  bool broken_ = false;
};

}  // namespace reroute::detail
