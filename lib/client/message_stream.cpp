// The caller's side of a stream.
#include <reroute/client/message_stream.hpp>
#include <reroute/error/errc.hpp>
#include <reroute/error/resolver.hpp>

#include "client/stream_consumer.hpp"
#include "detail/asio_compat.hpp"

#include <asio/dispatch.hpp>
#include <asio/system_executor.hpp>
#include <asio/this_coro.hpp>

#include <utility>

namespace reroute {
namespace detail {

asio::any_io_executor executor_of(const stream_consumer& at) { return at.executor; }

void await_step(const consumer_ptr& at, completion_ptr_for<stream_step> handler) {
  stream_step step;
  if (at->at && std::exchange(at->reading, true)) {
    step.refused = true;
    handler.release()->complete(at->executor, make_error_code(asio::error::already_started),
                                std::move(step));
    return;
  }
  if (!at->begun || at->ended) {
    const std::error_code code = to_error_code(at->story.error);
    step.end = std::make_shared<const outcome>(at->story);
    handler.release()->complete(at->executor, code, std::move(step));
    return;
  }
  const std::uint64_t number = ++at->reads;
  // here, where its signal lives; what it sends the strand comes behind the read itself
  if (asio::cancellation_slot slot = handler->slot(); slot.is_connected()) {
    slot.assign([from = std::weak_ptr(at->at), number](asio::cancellation_type type) {
      const auto alive = from.lock();
      if (!alive || type == asio::cancellation_type::none || alive->abandoned()) return;
      asio::dispatch(alive->strand(), [alive, number] { alive->cancel_read(number); });
    });
  }
  asio::dispatch(at->at->strand(), [from = at->at, number, handler = std::move(handler)]() mutable {
    from->wait(number, std::move(handler));
  });
}

std::optional<stream_event> take_step(stream_consumer& at, stream_step step) {
  if (step.refused) return std::nullopt;
  if (at.at) at.reading = false;
  if (step.event) at.builder.add(*step.event);
  if (step.end && at.begun && !std::exchange(at.ended, true)) {
    at.story = *step.end;
    if (at.story.error) {
      at.story.received = at.received();
      at.story.resume = resume_hint(*at.story.received);
    }
  }
  return std::move(step.event);
}

namespace {

using step_outcome = std::optional<stream_event>;

asio::awaitable<step_outcome> next_of(consumer_ptr at) {
  const asio::any_io_executor here = co_await asio::this_coro::executor;
  stream_step step;
  // what is there already costs no turn of the loop
  if (at->begun && !at->ended && !at->reading && here == at->executor && at->at->poll(step)) {
    step_outcome event = take_step(*at, std::move(step));
    if (at->ended && at->story.error) throw api_error(to_error_code(at->story.error), at->story);
    co_return event;
  }
  loop_error_code code;
  const step_initiation initiation(at);
  auto token = into(code);
  step_outcome event =
      co_await asio::async_initiate<decltype(token), void(loop_error_code, step_outcome)>(
          initiation, token);
  if (code) {
    outcome story = at->story;
    if (!at->ended) {  // one that came while another was under way
      story.error = resolve_transport_failure(at->route, code, false);
      story.stopped = stopped::permanent;
    }
    throw api_error(code, std::move(story));
  }
  co_return event;
}

asio::awaitable<std::optional<std::string>> next_text_of(consumer_ptr at) {
  for (;;) {
    step_outcome event = co_await next_of(at);
    if (!event) co_return std::nullopt;
    std::string text;
    if (event->type() == stream_event_type::text) text = std::move(*event).text();
    if (event->type() == stream_event_type::content_block_start) text = event->block().text();
    if (!text.empty()) co_return text;
  }
}

asio::awaitable<message> finish_of(consumer_ptr at) {
  for (;;) {
    const step_outcome event = co_await next_of(at);
    if (!event) break;
  }
  std::string why;
  auto whole = at->builder.build(&why);
  if (!whole) {
    outcome& story = at->story;
    const std::error_code code = make_error_code(errc::malformed_answer);
    story.error = resolve_transport_failure(at->route, code, true, why);
    story.error.request_id = at->request_id;
    story.error.after_content = true;
    story.stopped = stopped::after_content;
    story.received = at->received();
    story.resume = resume_hint(*story.received);
    throw api_error(code, story);
  }
  co_return at->signed_by_route(std::move(*whole));
}

// shared by all streams of nothing: it never changes
const consumer_ptr& of_nothing() {
  static const auto nothing = std::make_shared<stream_consumer>(asio::system_executor(), nullptr);
  return nothing;
}

void drop(const consumer_ptr& at) {
  if (!at->at || at->ended || at->at->abandoned()) return;
  asio::dispatch(at->at->strand(), [from = at->at] { from->drop(); });
}

}  // namespace

message_stream stream_opener::make(const std::shared_ptr<open_stream>& from) {
  return message_stream(std::make_shared<stream_consumer>(from->executor(), from));
}

void stream_opener::begin(message_stream& stream, const std::error_code& code, outcome story) {
  stream_consumer& at = *stream.state_;
  at.route = story.route();
  for (const attempt& each : story.attempts)
    if (each.route == at.route && !each.error) at.request_id = each.request_id;
  at.story = std::move(story);
  at.begun = !code;
  at.ended = static_cast<bool>(code);
}

}  // namespace detail

message_stream::message_stream() : state_(detail::of_nothing()) {}
message_stream::message_stream(detail::consumer_ptr state) : state_(std::move(state)) {}
message_stream::message_stream(message_stream&& other) noexcept
    : state_(std::exchange(other.state_, detail::of_nothing())) {}

message_stream& message_stream::operator=(message_stream&& other) noexcept {
  if (this == &other) return *this;
  detail::drop(state_);
  state_ = std::exchange(other.state_, detail::of_nothing());
  return *this;
}

message_stream::~message_stream() { detail::drop(state_); }

asio::awaitable<std::optional<stream_event>> message_stream::next() {
  return detail::next_of(state_);
}

asio::awaitable<std::optional<std::string>> message_stream::next_text() {
  return detail::next_text_of(state_);
}

asio::awaitable<message> message_stream::finish() { return detail::finish_of(state_); }

message message_stream::received() const { return state_->received(); }
const outcome& message_stream::outcome() const { return state_->story; }
bool message_stream::ended() const { return state_->ended || !state_->begun; }
const std::string& message_stream::route() const { return state_->route; }
const std::string& message_stream::request_id() const { return state_->request_id; }

}  // namespace reroute
