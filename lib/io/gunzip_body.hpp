// A response body that came as gzip, handed out plain.
#pragma once

#include <reroute/error/errc.hpp>
#include <reroute/io/transport.hpp>

#include "io/gzip_inflater.hpp"

#include <asio/awaitable.hpp>

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace reroute::detail {

/// Wraps the body if the head says gzip, and makes the head tell the truth about it: without
/// Content-Encoding and Content-Length. A body that turns out to be no gzip is handed out as it is. Other
/// encodings stay what they are.
void undo_gzip(exchange_result& result, std::size_t max_body_size);

/// Every plain byte is handed out as soon as it can be known, so a stream of events stays one. Counts
/// plain bytes against the limit: a bomb is `errc::body_too_large`, and gives the exchange up.
class gunzip_body final : public response_body {
 public:
  gunzip_body(std::unique_ptr<response_body> packed, std::size_t max_body_size)
      : packed_(std::move(packed)), left_(max_body_size) {}

  asio::awaitable<body_piece> read() override;
  [[nodiscard]] bool read_ready(std::string& into) override;

 private:
  bool next_piece(body_piece& piece);
  void fail(body_piece& piece, errc code, std::string_view detail);

  std::unique_ptr<response_body> packed_;
  std::size_t left_;  // plain bytes that may still come
  gzip_inflater inflater_;
  std::string_view input_;  // of `packed_`, not inflated yet
  bool full_ = false;       // the last piece filled the buffer: zlib may hold more
  bool last_ = false;       // nothing comes behind `input_`
  transport_error error_;
  std::array<char, 16 * 1024> plain_;
};

}  // namespace reroute::detail
