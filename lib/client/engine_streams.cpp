// The engine: streams whose caller reads them.
#include <reroute/error/errc.hpp>

#include "client/engine.hpp"
#include "client/open_stream.hpp"
#include "traffic/effect.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

constexpr double bytes_per_token = 4;  // roughly

}  // namespace

void engine::silence(flight& from, time_point at, errc why) {
  if (!from.owner || from.timed_out) return;
  from.silence_says = why;
  if (std::exchange(from.silence, at) == at) return;
  const bool earlier = at < from.due;
  set_due(from);
  if (earlier) schedule_pump();  // the timer may have to be set earlier
}

std::shared_ptr<open_stream> engine::content_came(flight& from, stream_beginning beginning,
                                                  exchange_facts facts) noexcept {
  if (from.given_up()) return nullptr;
  call& which = *from.owner;
  const std::shared_ptr<call> keep = calls_[which.place];
  dispatcher_.gate_of(from.route, from.scope).contents.saw(now() - from.sent_at);
  const auto flights = which.story->flights;  // keeps `from`
  std::shared_ptr<flight> on;
  for (const auto& each : flights)
    if (each.get() == &from) on = each;
  stream_call of;
  of.id = which.id;
  of.began = which.machine.began();
  of.deadline = which.machine.deadline();
  of.attempt_over = from.timeout;
  of.line = from.line;
  won(which, from, facts);
  of.story.attempts = which.story->attempts;
  of.story.took = now() - of.began;
  const std::shared_ptr<open_stream> stream = which.stream;
  from.stream = stream;
  stream->open(std::move(on), std::move(beginning), std::move(of));
  stream->place = streams_.size();
  streams_.push_back(stream.get());
  finish(which, stopped::answered, {});
  return stream;
}

void engine::stream_ended(open_stream& which, const outcome& end) noexcept {
  flight& on = *which.under_way();
  forget(which);
  count(end.stopped);
  if (end.error && end.stopped != stopped::cancelled) ++counts_.faults;
  if (end.error) ++counts_.possibly_billed;
  free_place(on);
  // where it broke, the provider has told nothing for some time: what came says more
  consumption used = consumed(which.usage());
  if (!end.answered())
    used.output_tokens =
        std::max(used.output_tokens, static_cast<double>(which.text_bytes()) / bytes_per_token);
  dispatcher_.gate_of(on.route, on.scope).settle(on.held, used, now());
  if (!end.answered()) tell_gate(on, end.error, nullptr);
  const call_id id = which.of().id;
  if (end.error && end.stopped != stopped::cancelled)
    tell(observer_.at_refusal, "observer::at_refusal",
         refusal_event{id, static_cast<int>(which.of().line + 1), end.error});
  tell(observer_.at_outcome, "observer::at_outcome", outcome_event{id, end});
}

void engine::forget(open_stream& which) noexcept {
  if (which.place >= streams_.size() || streams_[which.place] != &which) return;
  streams_[which.place] = streams_.back();
  streams_[which.place]->place = which.place;
  streams_.pop_back();
  if (idle()) idle_watchers_.ring();
}

void engine::cancel_streams() {
  const std::shared_ptr<engine> keep = shared_from_this();
  std::vector<std::weak_ptr<open_stream>> all;  // an observer may end others, or begin some
  for (open_stream* const each : streams_)
    all.push_back(each->weak_from_this());
  for (const auto& each : all)
    if (const auto stream = each.lock()) stream->cancel();
}

// ---- the place among those under way

void engine::keep_place(flight& from) {
  if (std::exchange(from.streams, true)) return;
  dispatcher_.gate_of(from.route, from.scope).stream_began();
}

void engine::free_place(flight& from) noexcept {
  if (!std::exchange(from.streams, false)) return;
  dispatcher_.gate_of(from.route, from.scope).stream_ended();
  schedule_pump();
}

}  // namespace reroute::detail
