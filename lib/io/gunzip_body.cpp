// A response body that came as gzip, handed out plain.
#include "io/gunzip_body.hpp"

#include "http/text.hpp"

#include <asio/this_coro.hpp>

#include <string>
#include <utility>

namespace reroute::detail {
namespace {

bool is_gzip(std::string_view coding) noexcept {
  return http::same_text(coding, "gzip") || http::same_text(coding, "x-gzip");
}

}  // namespace

void undo_gzip(exchange_result& result, std::size_t max_body_size) {
  auto& fields = result.head.headers;
  const auto coding = fields.find("content-encoding");
  if (!coding || !is_gzip(*coding) || fields.count("content-encoding") != 1) return;
  fields.remove("content-encoding");
  fields.remove("content-length");
  result.body = std::make_unique<gunzip_body>(std::move(result.body), max_body_size);
}

asio::awaitable<body_piece> gunzip_body::read() {
  body_piece piece;
  if (next_piece(piece)) co_return piece;
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  do {
    const body_piece more = co_await packed_->read();
    input_ = more.bytes;
    last_ = more.last;
    error_ = more.error;
  } while (!next_piece(piece));
  co_await asio::this_coro::throw_if_cancelled(throws);
  co_return piece;
}

bool gunzip_body::read_ready(std::string& into) {
  if (error_ || full_ || !input_.empty()) return false;
  std::string packed;
  last_ = packed_->read_ready(packed);
  input_ = packed;
  body_piece piece;
  while (next_piece(piece) && !piece.error) {
    into += piece.bytes;
    if (piece.last) break;
    piece = {};
  }
  input_ = {};
  return piece.last;
}

// true if there is something to hand out: bytes, the end, an error
bool gunzip_body::next_piece(body_piece& piece) {
  if (!error_ && (full_ || !input_.empty())) {
    const std::size_t size = inflater_.inflate(input_, plain_);
    full_ = size == plain_.size();
    if (size > left_) {
      fail(piece, errc::body_too_large, "the unpacked body is larger than the limit");
      return true;
    }
    left_ -= size;
    piece.bytes = std::string_view(plain_.data(), size);
    if (inflater_.broken()) {
      fail(piece, errc::protocol_error, "the gzip of the body is broken");
      return true;
    }
  }
  if (error_) {
    piece.error = error_;
  } else if (last_ && !full_ && input_.empty()) {
    if (!inflater_.may_end()) {
      fail(piece, errc::truncated_body, "the gzip of the body ends too early");
    } else {
      piece.last = true;
    }
  }
  return piece.last || piece.error || !piece.bytes.empty();
}

void gunzip_body::fail(body_piece& piece, errc code, std::string_view detail) {
  error_ = {make_error_code(code), true, std::string(detail)};
  piece.bytes = {};
  piece.error = error_;
  packed_.reset();
}

}  // namespace reroute::detail
