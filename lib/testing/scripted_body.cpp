// The body of a scripted answer.
#include "testing/scripted_body.hpp"

#include <asio/error.hpp>

#include <algorithm>

namespace reroute::testing {

scripted_body::scripted_body(std::shared_ptr<script::state> in, std::size_t place, line said,
                             const asio::any_io_executor& executor)
    : state_(std::move(in)), place_(place), line_(std::move(said)), wait_(state_, executor) {}

scripted_body::~scripted_body() {
  if (!finished_) state_->heard[place_].given_up = true;
}

body_piece scripted_body::broken(std::error_code code, std::string detail) {
  finished_ = true;
  return {{code, true, std::move(detail)}, {}, false};
}

body_piece scripted_body::cancelled() {
  state_->heard[place_].cancelled = true;
  return broken(make_error_code(asio::error::operation_aborted), {});
}

asio::awaitable<body_piece> scripted_body::read() {
  const std::string& text = line_.response_.body;
  const bool whole = line_.ending_ == line::ending::whole;
  const std::size_t end = whole ? text.size() : std::min(line_.body_end_, text.size());
  if (at_ == end && !whole) {
    if (line_.ending_ == line::ending::error)
      co_return broken(line_.code_, "the script breaks off");
    (void)co_await wait_.pass(std::nullopt);
    co_return cancelled();
  }
  if (line_.piece_delay_ > line::delay::zero()) {
    const bool come = co_await wait_.pass(line_.piece_delay_);
    if (!come) co_return cancelled();
  }
  const std::size_t most = line_.piece_ > 0 ? line_.piece_ : end;
  const std::size_t size = std::min(most, end - at_);
  body_piece piece;
  piece.bytes = std::string_view(text).substr(at_, size);
  at_ += size;
  piece.last = whole && at_ == end;
  if (piece.last) {
    finished_ = true;
    state_->heard[place_].answered = true;
  }
  co_return piece;
}

}  // namespace reroute::testing
