// The answering half of a connection to the fake: when, which bytes, and what becomes of the connection.
#include "testing/fake_answers.hpp"
#include "testing/fake_connection.hpp"

#include <algorithm>
#include <utility>

namespace reroute::testing {

void fake_connection::begin_answer(heard_request request) {
  const std::size_t limit = route_->requests_per_connection();
  // behind a body that was not read there is no next request
  close_asked_ = request.field("connection") == "close" || (limit > 0 && served_ + 1 >= limit) ||
                 request.too_large;
  ++served_;
  // what follows it stays in the reader; a new request begins only after this one's answer
  under_way_ = route_->hear(std::move(request));
  phase_ = phase::waiting;
  const bool silent = under_way_->broken && under_way_->broken->kind == fault_kind::silence;
  if (silent) return;
  if (under_way_->after.count() > 0) return wait(under_way_->after);
  compose();
}

// Puts the answer into bytes, and decides how the connection goes on.
void fake_connection::compose() {
  const reaction& decided = *under_way_;
  farewell_ = close_asked_ ? farewell::polite : farewell::none;
  put_into_bytes();
  sent_ = 0;
  phase_ = phase::writing;
  if (decided.pace.count() > 0 && !stops_.empty()) {
    next_stop_ = 0;
    allow_more();
    return;
  }
  allowed_ = out_.size();
  if (!decided.broken) return;
  switch (decided.broken->kind) {
    case fault_kind::reset_before_head:
      out_.clear();
      [[fallthrough]];
    case fault_kind::reset_after_head:
      out_.resize(std::min(out_.size(), out_.find("\r\n\r\n") + 4));
      farewell_ = farewell::reset;
      break;
    case fault_kind::truncated_body:
      farewell_ = farewell::abrupt;
      break;
    case fault_kind::garbage:
      out_ = "\x16\x03this is no HTTP\r\n\r\n";
      farewell_ = farewell::polite;
      break;
    case fault_kind::close_before_head:
      out_.clear();
      [[fallthrough]];
    case fault_kind::close_after_answer:
      farewell_ = farewell::polite;
      break;
    default:
      if (decided.broken->kind >= fault_kind::h2_refused) {
        out_.clear();
        farewell_ = farewell::reset;
      }
      break;
  }
  const bool drip = decided.broken->kind == fault_kind::slow_drip;
  allowed_ = drip ? std::min(decided.broken->bytes, out_.size()) : out_.size();
}

// the bytes of the answer, cut where a fault wants it; of a stream also where its events end
void fake_connection::put_into_bytes() {
  const reaction& decided = *under_way_;
  const std::size_t size = decided.answer.body.size();
  const bool cut = decided.broken && (decided.broken->kind == fault_kind::truncated_body ||
                                      decided.broken->kind == fault_kind::stalled_body);
  const std::size_t end =
      cut ? std::min(decided.broken->after_bytes.value_or(size / 2), size) : size;
  stops_.clear();
  if (!decided.streamed) {
    out_ = to_bytes(decided.answer, close_asked_);
    out_.resize(out_.size() - (size - end));
    return;
  }
  http::response shown = decided.answer;
  shown.body.resize(end);
  const bool paced = decided.pace.count() > 0;
  out_ = to_chunked_bytes(shown, close_asked_, decided.chunk, !cut, paced ? &stops_ : nullptr);
}

void fake_connection::allow_more() {
  if (stops_.empty()) {
    allowed_ = std::min(allowed_ + under_way_->broken->bytes, out_.size());
  } else {
    // the last event goes with the last chunk
    allowed_ = ++next_stop_ < stops_.size() ? stops_[next_stop_ - 1] : out_.size();
  }
}

void fake_connection::speak_plainly() {
  out_ =
      to_bytes(error_answer(route_->wearing(), 400, "Plain HTTP on this port", "req_none"), true);
  std::size_t count = 0;
  (void)peer_.write_in_the_clear(out_, count);  // a new connection takes so few bytes at once
  leave(farewell::abrupt);
  run();
}

void fake_connection::wait(std::chrono::nanoseconds time) {
  if (!timer_) timer_ = route_->time()->make_timer(peer_.socket().get_executor());
  timer_->wake_at(route_->time()->now() + std::chrono::duration_cast<duration>(time), [this] {
    // destroying or closing the connection takes the wish back, so `this` is there
    const auto self = this->self();
    if (out_.empty()) {
      compose();
    } else {
      allow_more();
      phase_ = phase::writing;
    }
    run();
  });
}

bool fake_connection::write_answer() {
  while (sent_ < allowed_) {
    std::size_t count = 0;
    const auto got = peer_.write(std::string_view(out_).substr(sent_, allowed_ - sent_), count);
    if (got != peer_socket::result::done) return wait_for(got);
    sent_ += count;
  }
  if (sent_ < out_.size()) {
    phase_ = phase::waiting;
    wait(stops_.empty() ? under_way_->broken->every : under_way_->pace);
    return true;
  }
  if (under_way_ && under_way_->broken && under_way_->broken->kind == fault_kind::stalled_body) {
    phase_ = phase::waiting;  // until the peer gives up
    return true;
  }
  return answer_ended();
}

bool fake_connection::answer_ended() {
  out_.clear();
  sent_ = allowed_ = 0;
  const bool cut = farewell_ == farewell::reset || farewell_ == farewell::abrupt ||
                   (under_way_ && under_way_->broken &&
                    (under_way_->broken->kind == fault_kind::garbage ||
                     under_way_->broken->kind == fault_kind::close_before_head));
  end_request(cut ? request_end::cut : request_end::answered);
  if (farewell_ != farewell::none) {
    leave(farewell_);
    return phase_ != phase::closed;
  }
  phase_ = phase::reading;
  if (!early_.empty() || !reader_.empty() || peer_.has_pending()) return true;
  // the next request takes a while: ask the system, instead of trying in vain
  return wait_for(peer_socket::result::want_read);
}

void fake_connection::leave(farewell how) {
  if (how == farewell::reset) return close(true);
  // closing with unread bytes would reset the connection, and could take the answer back
  peer_.end_sending(how == farewell::polite);
  phase_ = phase::leaving;
}

}  // namespace reroute::testing
