// A stream whose caller reads it.
#include "client/open_stream.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "client/attempt_errors.hpp"
#include "client/engine.hpp"

#include <asio/dispatch.hpp>
#include <asio/error.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

constexpr auto time_to_drain = std::chrono::seconds(1);

}  // namespace

open_stream::open_stream(std::shared_ptr<engine> owner, const stream_guards& guards, bool pings)
    : engine_(std::move(owner)), guards_(guards), pings_(pings), demand_(engine_->strand()) {}

// its end, on the strand, has let go of all that is the engine's
open_stream::~open_stream() {
  if (on_ && !abandoned_ && !ended_) engine_->forget(*this);
}

const asio::any_io_executor& open_stream::executor() const { return engine_->executor(); }
const asio::any_io_executor& open_stream::strand() const { return engine_->strand(); }

void open_stream::open(std::shared_ptr<flight> on, stream_beginning from, stream_call of) {
  on_ = std::move(on);
  begun_.emplace(std::move(from));
  of_.emplace(std::move(of));
  for (const stream_event& each : begun_->events)
    count(each);
  running_.emplace(engine_->stream_limits());
  guard_.emplace(
      engine_->stream_limits(), [](void* at) { static_cast<open_stream*>(at)->guard_rang(); },
      this);
  over_.emplace(
      engine_->stream_limits(), [](void* at) { static_cast<open_stream*>(at)->over_rang(); }, this);
  const time_point over = std::min(of_->deadline, of_->attempt_over);
  over_says_ = of_->deadline <= of_->attempt_over ? errc::deadline_exceeded : errc::attempt_timeout;
  if (over != time_point::max()) over_->set(over);
}

// ---- the caller

bool open_stream::poll(stream_step& out) {
  auto& first = begun_->events;
  if (handed_out_ < first.size()) {
    out.event = std::move(first[handed_out_++]);
    if (handed_out_ == first.size()) std::vector<stream_event>().swap(first), handed_out_ = 0;
    return true;
  }
  using result = stream_reader::result;
  while (!ended_) {
    stream_event each;
    const result read = begun_->reader.next(each);
    switch (read) {
      case result::event:
        begun_->watch.saw(each.type());
        count(each);
        if (whole()) close(stopped::answered, {});
        if (!wants(each.type())) continue;
        out.event = std::move(each);
        return true;
      case result::need_more:
        if (failed_) {
          end(stopped::after_content, broken(failed_.code, failed_.detail));
        } else if (begun_->last) {
          end(stopped::after_content, broken(make_error_code(errc::truncated_body),
                                             "the stream ends without message_stop"));
        } else {
          return false;
        }
        break;
      case result::said_no:
      case result::malformed:
      case result::too_large:
        end(stopped::after_content,
            after_content(stream_problem(engine_->route(on_->route), begun_->reader, read,
                                         of_->story.attempts[of_->line].request_id,
                                         engine_->today(), begun_->token.secret())));
        break;
    }
  }
  out.end = ended_;
  return true;
}

// usage is told from the beginning on, but not always all of it
void open_stream::count(const stream_event& each) {
  text_bytes_ += each.text().size();
  if (each.type() == stream_event_type::message_start) usage_ = each.usage();
  if (each.type() != stream_event_type::message_delta) return;
  const token_usage now = each.usage();
  usage_.input_tokens = std::max(usage_.input_tokens, now.input_tokens);
  usage_.output_tokens = std::max(usage_.output_tokens, now.output_tokens);
}

void open_stream::wait(std::uint64_t number, completion_ptr_for<stream_step> handler) {
  if (abandoned_) return;
  stream_step step;
  if (poll(step)) return complete(std::move(handler), std::move(step));
  waiting_ = std::move(handler);
  waiting_number_ = number;
  demand_.ring();
}

void open_stream::cancel_read(std::uint64_t number) {
  if (waiting_ && waiting_number_ == number) cancel();
}

void open_stream::complete(completion_ptr_for<stream_step> handler, stream_step step) {
  const std::error_code code = step.end ? to_error_code(step.end->error) : std::error_code();
  handler.release()->complete(executor(), code, std::move(step));
}

void open_stream::drop() {
  if (on_ && !abandoned_) cancel();
}

// ---- the coroutine

void open_stream::reading() {
  const time_point now = engine_->now();
  begun_->watch.waits(now);
  const stream_watch::limit limit = begun_->watch.next();
  guard_says_ = limit.why;
  if (limit.at != time_point::max() && guard_) guard_->set(limit.at);
}

void open_stream::heard(const body_piece& piece) {
  if (over()) return;
  guard_->clear();
  begun_->watch.heard(engine_->now(), piece.bytes.size());
  begun_->reader.feed(piece.bytes);
  begun_->last = piece.last;
  failed_ = piece.error;
  serve();
}

void open_stream::serve() {
  if (!waiting_) return;
  stream_step step;
  if (!poll(step)) return demand_.ring();  // nothing whole in it
  if (waiting_) complete(std::move(waiting_), std::move(step));
}

void open_stream::draining() {
  if (abandoned_) return;
  running_.emplace(engine_->stream_limits());
  guard_.emplace(
      engine_->stream_limits(), [](void* at) { static_cast<open_stream*>(at)->guard_rang(); },
      this);
  guard_->set(engine_->now() + time_to_drain);
}

void open_stream::let_go_of_body() {
  begun_->body.reset();
  guard_.reset();
  running_.reset();
}

// ---- limits

void open_stream::guard_rang() {
  if (over())
    return on_->cancel.emit(asio::cancellation_type::terminal);  // it drained for too long
  time_is_up(stopped::after_content, guard_says_);
}

void open_stream::over_rang() {
  time_is_up(over_says_ == errc::deadline_exceeded ? stopped::deadline : stopped::after_content,
             over_says_);
}

// what has come is handed out all the same, and an answer that is whole by now counts
void open_stream::time_is_up(reroute::stopped why, errc code) {
  const auto keep = shared_from_this();
  std::vector<stream_event> rest;
  for (stream_step step; !ended_ && poll(step) && step.event; step = stream_step())
    rest.push_back(std::move(*step.event));
  if (!rest.empty()) {
    begun_->events = std::move(rest);
    handed_out_ = 0;
  }
  if (!ended_) end(why, broken(make_error_code(code)));
}

// ---- the end

void open_stream::cancel() {
  normalized_error error = broken(make_error_code(asio::error::operation_aborted));
  end(stopped::cancelled, std::move(error));
}

void open_stream::collapse(std::string_view why) {
  normalized_error error = broken(make_error_code(errc::protocol_error), why);
  end(stopped::after_content, without(begun_->token.secret(), std::move(error)));
}

void open_stream::end(reroute::stopped why, normalized_error error) {
  if (ended_) return;
  const auto keep = shared_from_this();
  close(why, std::move(error));
  on_->cancel.emit(asio::cancellation_type::terminal);
  if (!waiting_) return;
  stream_step step;
  step.end = ended_;
  complete(std::move(waiting_), std::move(step));
}

// the story's last page
void open_stream::close(reroute::stopped why, normalized_error error) {
  outcome& story = of_->story;
  attempt& line = story.attempts[of_->line];
  line.took = engine_->now() - of_->began - line.started;
  line.error = error;
  line.possibly_billed = static_cast<bool>(error);
  story.took = engine_->now() - of_->began;
  story.stopped = why;
  story.error = std::move(error);
  ended_ = std::make_shared<const outcome>(story);
  guard_.reset();
  over_.reset();
  running_.reset();
  demand_.ring();
  engine_->stream_ended(*this, *ended_);
}

void open_stream::abandon() noexcept {
  abandoned_ = true;
  guard_.reset();
  over_.reset();
  running_.reset();
  const auto dropped = std::move(waiting_);
}

normalized_error open_stream::broken(std::error_code code, std::string_view detail) const {
  const attempt& line = of_->story.attempts[of_->line];
  return after_content(resolve_transport_failure(line.route, code, true, detail));
}

// as the story tells it
normalized_error open_stream::after_content(normalized_error error) const {
  error.request_id = of_->story.attempts[of_->line].request_id;
  error.after_content = true;
  return error;
}

}  // namespace reroute::detail
