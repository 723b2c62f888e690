// What a simulated route says.
#include "testing/simulated_answers.hpp"

#include <reroute/http/date.hpp>
#include <reroute/testing/faces.hpp>

#include <cmath>
#include <string>

namespace reroute::testing {
namespace {

constexpr std::string_view request_id = "req_simulated";

// remaining is rounded down, and the time until the bucket is full up
void add_limit(http::headers& fields, std::string_view name, double limit, double left,
               std::chrono::system_clock::time_point full) {
  const std::string prefix = "anthropic-ratelimit-" + std::string(name);
  const auto whole = [](double value) { return std::to_string(std::llround(std::floor(value))); };
  fields.set(prefix + "-limit", whole(limit));
  fields.set(prefix + "-remaining", whole(left + 1e-6));
  fields.set(prefix + "-reset", rfc3339(std::chrono::ceil<std::chrono::seconds>(full)));
}

void add_bucket(http::headers& fields, std::string_view name, const simulated_bucket& bucket,
                std::chrono::system_clock::time_point wall) {
  if (bucket.limits())
    add_limit(fields, name, bucket.burst(), bucket.level(), wall + bucket.until_full());
}

void add_common(http::response& to, const simulated_voice& voice) {
  http::headers& fields = to.headers;
  fields.set("date", http::format_http_date(std::chrono::floor<std::chrono::seconds>(voice.wall)));
  fields.set("request-id", request_id);
  if (voice.route.face == face::azure) fields.set("apim-request-id", "apim_simulated");
  if (!voice.route.limit_headers) return;
  const simulated_limits& limits = voice.limits;
  // there is one family for requests: it speaks of the limit that has less left
  const bool window = limits.window.limits() &&
                      (!limits.requests.limits() ||
                       static_cast<double>(limits.window.left()) < limits.requests.level());
  if (window) {
    add_limit(fields, "requests", static_cast<double>(limits.window.count()),
              static_cast<double>(limits.window.left()), voice.wall + limits.window.until_full());
  } else {
    add_bucket(fields, "requests", limits.requests, voice.wall);
  }
  add_bucket(fields, "input-tokens", limits.input, voice.wall);
  add_bucket(fields, "output-tokens", limits.output, voice.wall);
}

}  // namespace

http::response simulated_answer(const simulated_voice& voice) {
  http::response made = faces::ok("hello", static_cast<std::int64_t>(voice.storm.input_tokens),
                                  static_cast<std::int64_t>(voice.storm.output_tokens));
  add_common(made, voice);
  return made;
}

announced simulated_refusal(const simulated_voice& voice, int status, storm_time wait,
                            std::size_t turn) {
  const auto& forms = voice.route.forms;
  announced made = refusal_answer(voice.route.face, forms[turn % forms.size()], status, wait,
                                  voice.wall, request_id);
  add_common(made.answer, voice);
  return made;
}

}  // namespace reroute::testing
