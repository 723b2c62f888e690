// What a route of the fake decides about a request.
#include "testing/fake_route_state.hpp"

#include <reroute/http/date.hpp>
#include <reroute/testing/streamed_answer.hpp>

#include "testing/content_coding.hpp"
#include "testing/fake_answers.hpp"
#include "testing/limit_headers.hpp"
#include "testing/limit_rules.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace reroute::testing {
namespace {

// whether the peer gets to see a status line
bool has_status(fault_kind kind) {
  switch (kind) {
    case fault_kind::reset_before_head:
    case fault_kind::close_before_head:
    case fault_kind::silence:
    case fault_kind::garbage:
      return false;
    default:
      return true;
  }
}

}  // namespace

fake_route_state::fake_route_state(fake_route_options set, std::shared_ptr<clock> at,
                                   std::uint64_t seed, std::shared_ptr<testing::admissions> all)
    : options_(std::move(set)),
      time_(std::move(at)),
      admissions_(std::move(all)),
      begun_(time_->now()),
      limits_(rules_of(options_), wall().time_since_epoch()),
      random_(seed) {}

std::optional<fault> fake_route_state::meet() {
  const std::lock_guard lock(mutex_);
  ++log_.connections;
  ++log_.open_connections;
  auto shown = next_fault(time_->now(), true);
  if (shown) ++log_.faulted;
  return shown;
}

reaction fake_route_state::hear(heard_request request) {
  const std::lock_guard lock(mutex_);
  const time_point now = time_->now();
  limits_.advance(now - begun_);
  ++log_.requests;
  if (undo_content_coding(request, options_.gzip_requests, options_.max_body)) ++log_.gzipped;
  log_.max_concurrent = std::max(log_.max_concurrent, ++log_.concurrent);
  if (windows_.closed(now)) ++log_.into_closed_window;
  request_id_ = "req_fake_" + std::to_string(options_.face == face::azure) + "_" +
                std::to_string(log_.requests);
  reaction decided = decide(request, now);
  if (!decided.broken || has_status(decided.broken->kind)) ++log_.by_status[decided.answer.status];
  add_fields(decided.answer);
  last_ = std::move(request);
  return decided;
}

reaction fake_route_state::decide(const heard_request& request, time_point now) {
  std::optional<fault> shown = next_fault(now, false);
  if (shown) {
    ++log_.faulted;
    if (shown->kind != fault_kind::slow_drip && shown->kind != fault_kind::close_after_answer)
      return show(*shown, request, now);
  }
  judgement read = judge(request, options_, request_id_);
  reaction decided;
  if (read.objection) {
    ++(read.objection->status == 401 ? log_.unauthorized : log_.rejected);
    decided.answer = std::move(*read.objection);
  } else {
    if (!read.user.empty()) admissions_->arrived(read.user);
    const std::chrono::nanoseconds closed = refusing_until_ - now;
    const request_cost cost = cost_of(request, read);
    const auto wait = closed.count() > 0 ? closed : limits_.wait(cost);
    if (wait.count() > 0) {
      decided = refuse(429, wait, now, true);
    } else {
      admission held = limits_.take(cost);
      decided = admit(request, std::move(read), now);
      decided.held = std::move(held);
    }
  }
  decided.broken = std::move(shown);  // a right answer, said in a strange way
  return decided;
}

reaction fake_route_state::show(const fault& what, const heard_request& request, time_point now) {
  const int status = what.status;
  reaction decided;
  if (what.kind == fault_kind::status && (status == 429 || status == 503 || status == 529))
    return refuse(status, what.retry_after, now, what.honest);
  if (what.kind == fault_kind::status) {
    decided.answer = error_answer(options_.face, status, "A scripted fault.", request_id_);
    return decided;
  }
  if (what.kind == fault_kind::html) {
    decided.answer.status = status;
    decided.answer.headers.add("content-type", "text/html");
    decided.answer.body = "<html><body><h1>Bad gateway</h1></body></html>";
  } else {
    judgement unread;
    unread.model = "fake";
    unread.stream = request.body.find(R"("stream":true)") != std::string::npos;
    compose_answer(decided, request, unread);
    if (what.kind == fault_kind::error_event) add_error(decided, what);
  }
  decided.broken = what;
  return decided;
}

// what an answer says; nothing, and an error in its place, if `content_to` gave no blocks
std::optional<fake_content> fake_route_state::content_of(const heard_request& request,
                                                         const judgement& read) const {
  fake_content content;
  content.model = read.model;
  content.input_tokens = request.body.size() / 4 + 1;
  const std::string made = options_.content_to ? options_.content_to(request.body) : std::string();
  if (made.empty()) {
    content.blocks =
        text_block(options_.reply_to ? options_.reply_to(request.body) : options_.reply);
    return content;
  }
  std::optional<boost::json::array> blocks = read_blocks(made);
  if (!blocks) return std::nullopt;
  content.blocks = std::move(*blocks);
  return content;
}

void fake_route_state::compose_answer(reaction& into, const heard_request& request,
                                      const judgement& read) const {
  const std::optional<fake_content> content = content_of(request, read);
  if (!content) {
    into.answer =
        error_answer(options_.face, 500,
                     "The fake's content_to gave no JSON array of content blocks", request_id_);
    return;
  }
  into.streamed = read.stream;
  if (!read.stream) {
    into.answer = whole_answer(*content);
  } else {
    into.pace = options_.stream_pace;
    into.chunk = options_.stream_chunk;
    into.answer = streamed(*content, options_.stream_piece);
    if (options_.stream_to) into.answer.body = options_.stream_to(request.body);
  }
  into.output = static_cast<double>(content->output_tokens());
}

void fake_route_state::add_error(reaction& to, const fault& what) const {
  const std::string error =
      error_answer(options_.face, what.status, "A scripted error.", request_id_).body;
  std::string& body = to.answer.body;
  if (!to.streamed) {
    body = error;
    return;
  }
  const std::size_t wanted = what.after_bytes.value_or(body.size() / 2);
  std::size_t end = 0;  // of the last event before that
  for (std::size_t at = 0; (at = body.find("\n\n", at)) != std::string::npos && at + 2 <= wanted;)
    end = at += 2;
  body = streamed_answer().raw(std::string_view(body).substr(0, end)).event("error", error).str();
}

reaction fake_route_state::admit(const heard_request& request, judgement read, time_point now) {
  reaction decided;
  if (options_.latency) decided.after = options_.latency(dice());
  if (options_.latency_to) decided.after = options_.latency_to(request.body);
  if (read.count_only) {
    ++log_.token_counts;
    decided.answer = count_answer(request.body.size() / 4 + 1);
    return decided;
  }
  ++log_.admitted;
  ++slot(now).admitted;
  if (!read.user.empty()) admissions_->admitted(read.user);
  compose_answer(decided, request, read);
  decided.user = std::move(read.user);
  return decided;
}

request_cost fake_route_state::cost_of(const heard_request& request, const judgement& read) const {
  if (read.count_only) return {};
  return {static_cast<double>(request.body.size() / 4 + 1), static_cast<double>(read.max_tokens),
          0};
}

reaction fake_route_state::refuse(int status, std::chrono::nanoseconds wait, time_point now,
                                  bool honest) {
  reaction decided;
  const auto& forms = options_.forms;
  const refusal_form form = forms.empty() ? options_.form : forms[refusals_++ % forms.size()];
  announced said = refusal_answer(options_.face, form, status, wait, wall(), request_id_);
  decided.answer = std::move(said.answer);
  if (options_.refusal_latency) decided.after = options_.refusal_latency(dice());
  ++log_.refused;
  ++slot(now).refused;
  if (honest && said.wait.count() > 0)
    windows_.announce(now + decided.after + hearing_time_, now + said.wait);
  return decided;
}

// of requests, or of connections; one that is not rolled by its dice is used up all the same
std::optional<fault> fake_route_state::next_fault(time_point now, bool of_connections) {
  for (auto at = faults_.begin(); at != faults_.end();) {
    fault& what = at->what;
    const bool connection =
        what.kind == fault_kind::plain_text || what.kind == fault_kind::silent_handshake;
    if (what.time.count() > 0 && now >= at->until) {
      at = faults_.erase(at);
    } else if (connection != of_connections) {
      ++at;
    } else {
      const fault shown = what;
      if (what.requests > 0 && --what.requests == 0) faults_.erase(at);
      if (shown.share < 1 && dice() >= shown.share) return std::nullopt;
      return shown;
    }
  }
  return std::nullopt;
}

void fake_route_state::add_fields(http::response& to) {
  const auto wall = std::chrono::floor<std::chrono::seconds>(this->wall());
  to.headers.set("date", http::format_http_date(wall));
  to.headers.set("request-id", request_id_);
  if (options_.face == face::azure) to.headers.set("apim-request-id", "apim_" + request_id_);
  if (options_.limit_headers) add_limit_headers(to.headers, limits_, this->wall());
}

fake_log::tally& fake_route_state::slot(time_point now) {
  constexpr std::chrono::milliseconds width(100);
  return log_.timeline[width * ((now - begun_) / width)];
}

void fake_route_state::finish(const reaction& of, request_end how) {
  const std::lock_guard lock(mutex_);
  --log_.concurrent;
  if (of.held) {
    limits_.advance(time_->now() - begun_);
    limits_.settle(*of.held, of.output);
  }
  if (how == request_end::abandoned) ++log_.abandoned;
  const bool page = of.broken && of.broken->kind == fault_kind::html;
  if (how != request_end::answered || of.answer.status != 200 || page) return;
  ++log_.answered;
  if (!of.user.empty()) admissions_->answered(of.user);
}

}  // namespace reroute::testing
