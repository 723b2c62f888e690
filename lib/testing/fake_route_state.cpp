// What a route of the fake decides about a request.
#include "testing/fake_route_state.hpp"

#include "testing/fake_answers.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace reroute::testing {
namespace {

namespace json = boost::json;

const json::value* find(const json::object& in, std::string_view name) {
  return in.if_contains(json::string_view(name.data(), name.size()));
}

std::string text_at(const json::object& in, std::string_view name) {
  const json::value* const found = find(in, name);
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string(text->data(), text->size()) : std::string();
}

}  // namespace

fake_route_state::fake_route_state(fake_route_options set, std::shared_ptr<clock> at,
                                   std::uint64_t seed, std::shared_ptr<admissions> all)
    : options(std::move(set)),
      time(std::move(at)),
      admitted(std::move(all)),
      limits(options.rate, options.burst, options.window_requests, options.window),
      random(static_cast<std::minstd_rand::result_type>(seed)) {}

http::date fake_route_state::today() const {
  return std::chrono::floor<std::chrono::seconds>(time->wall_now());
}

void fake_route_state::begin_request() {
  const std::lock_guard lock(mutex);
  log.max_concurrent = std::max(log.max_concurrent, ++log.concurrent);
}

void fake_route_state::end_request() {
  const std::lock_guard lock(mutex);
  --log.concurrent;
}

// what is wrong with a request, as the real API would say
std::optional<http::response> fake_route_state::object_to(const heard_request& request,
                                                          std::string& model,
                                                          std::string& user) const {
  const face wearing = options.face;
  const std::string_view key = request.field("x-api-key");
  const std::string_view bearer = request.field("authorization");
  const bool known_token = bearer.starts_with("Bearer ") &&
                           std::find(options.bearer_tokens.begin(), options.bearer_tokens.end(),
                                     bearer.substr(7)) != options.bearer_tokens.end();
  const bool known_key =
      !options.key.empty() &&
      (key == options.key || (wearing == face::azure && request.field("api-key") == options.key));
  if (!known_key && !known_token) return error_answer(wearing, 401, "invalid credential");

  // with and without the prefix of the azure face: gateways serve both
  std::string_view path = request.target;
  if (path.starts_with("/anthropic/")) path.remove_prefix(std::string_view("/anthropic").size());
  if (path != "/v1/messages" && path != "/v1/messages/count_tokens")
    return error_answer(wearing, 404, "no such path");
  if (request.method != "POST") return error_answer(wearing, 405, "POST is expected");
  if (request.field("anthropic-version").empty())
    return error_answer(wearing, 400, "anthropic-version: header is required");
  if (!request.field("content-type").starts_with("application/json"))
    return error_answer(wearing, 400, "content-type must be application/json");
  if (request.body.size() > 32 * 1024 * 1024)
    return error_answer(wearing, 413, "the request is larger than 32 MB");

  json::error_code bad;
  const json::value body = json::parse(request.body, bad);
  const json::object* const object = bad ? nullptr : body.if_object();
  if (!object) return error_answer(wearing, 400, "the body is not a JSON object");
  model = text_at(*object, "model");
  if (model.empty()) return error_answer(wearing, 400, "model: field required");
  if (!options.models.empty() &&
      std::find(options.models.begin(), options.models.end(), model) == options.models.end())
    return error_answer(wearing, 404, "model: " + model);
  const json::value* const messages = find(*object, "messages");
  if (!messages || !messages->is_array() || messages->get_array().empty())
    return error_answer(wearing, 400, "messages: field required");
  if (!request.target.ends_with("count_tokens") && !find(*object, "max_tokens"))
    return error_answer(wearing, 400, "max_tokens: field required");
  if (const json::value* const metadata = find(*object, "metadata"))
    if (const json::object* const inner = metadata->if_object()) user = text_at(*inner, "user_id");
  return std::nullopt;
}

std::optional<fault> fake_route_state::next_fault(time_point now) {
  while (!faults.empty()) {
    auto& [first, until] = faults.front();
    const bool timed = first.time.count() > 0;
    if (timed && now >= until) {
      faults.pop_front();
      continue;
    }
    fault shown = first;
    if (first.requests > 0 && --first.requests == 0) faults.pop_front();
    return shown;
  }
  return std::nullopt;
}

reaction fake_route_state::refuse(int status, std::chrono::nanoseconds wait, time_point now) {
  reaction decided;
  decided.answer =
      error_answer(options.face, status,
                   status == 429 ? "This request would exceed your rate limit." : "Overloaded");
  announce(decided.answer, options.face, options.form, wait, today());
  ++log.refused;
  if (wait.count() > 0 && options.form != refusal_form::none) {
    // what was said, rounded as it was said
    const auto said =
        options.form == refusal_form::milliseconds
            ? std::chrono::nanoseconds(std::chrono::ceil<std::chrono::milliseconds>(wait))
            : std::chrono::nanoseconds(std::chrono::ceil<std::chrono::seconds>(wait));
    // a date is a whole second of a clock that stands somewhere within one
    const auto truth =
        options.form == refusal_form::http_date ? said - std::chrono::seconds(1) : said;
    if (now >= closed_until) announced_at = now;
    closed_until = std::max(closed_until, now + truth);
  }
  return decided;
}

reaction fake_route_state::hear(const heard_request& request) {
  const std::lock_guard lock(mutex);
  const time_point now = time->now();
  ++log.requests;
  if (now < closed_until && now > announced_at + hearing_time) ++log.into_closed_window;

  reaction decided;
  if (std::optional<fault> shown = next_fault(now)) {
    ++log.faulted;
    const int status = shown->status;
    const bool refusal = status == 429 || status == 503 || status == 529;
    if (shown->kind == fault_kind::status && refusal)
      return refuse(status, shown->retry_after, now);
    if (shown->kind == fault_kind::status) {
      decided.answer = error_answer(options.face, status, "scripted fault");
    } else {
      decided.answer = message_answer("fake", options.reply, 1);
      decided.broken = std::move(shown);
    }
    return decided;
  }

  std::string model, user;
  if (auto objection = object_to(request, model, user)) {
    ++(objection->status == 401 ? log.unauthorized : log.rejected);
    decided.answer = std::move(*objection);
    return decided;
  }
  if (now < refusing_until) return refuse(429, refusing_until - now, now);
  if (const auto wait = limits.ask(now); wait.count() > 0) return refuse(429, wait, now);

  ++log.admitted;
  const std::size_t input_tokens = request.body.size() / 4;
  decided.answer = request.target.ends_with("count_tokens")
                       ? count_answer(input_tokens)
                       : message_answer(model, options.reply, input_tokens);
  if (options.limit_headers && options.rate > 0) {
    const auto left = static_cast<long>(limits.left(now));
    decided.answer.headers.add("anthropic-ratelimit-requests-limit",
                               std::to_string(static_cast<long>(options.rate * 60)));
    decided.answer.headers.add("anthropic-ratelimit-requests-remaining", std::to_string(left));
  }
  if (options.latency)
    decided.after = options.latency(std::uniform_real_distribution<double>(0, 1)(random));
  if (!user.empty()) {
    const std::lock_guard all(admitted->mutex);
    ++admitted->by_user[user];
  }
  return decided;
}

}  // namespace reroute::testing
