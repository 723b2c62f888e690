// What a simulated route says.
#include "testing/simulated_answers.hpp"

#include <reroute/http/date.hpp>
#include <reroute/testing/faces.hpp>

#include "testing/limit_headers.hpp"
#include "testing/limit_words.hpp"

#include <cmath>
#include <string>

namespace reroute::testing {
namespace {

constexpr std::string_view request_id = "req_simulated";

void add_common(http::response& to, const simulated_voice& voice, bool limits) {
  http::headers& fields = to.headers;
  fields.set("date", http::format_http_date(std::chrono::floor<std::chrono::seconds>(voice.wall)));
  fields.set("request-id", request_id);
  if (voice.route.face == face::azure) fields.set("apim-request-id", "apim_simulated");
  if (limits && voice.route.limit_headers)
    add_limit_headers(fields, voice.told, voice.wall, {voice.route.headers_rounded});
}

refusal_form form_of(const scenario_route& route, std::size_t turn) {
  return route.forms[turn % route.forms.size()];
}

// what it asks to wait
storm_time hint_of(const scenario_route& route, storm_time wait) {
  if (route.hint_always.count() > 0) return route.hint_always;
  const std::chrono::duration<double, std::nano> scaled = wait * route.hint_scale;
  return std::chrono::ceil<storm_time>(scaled) + route.hint_plus;
}

}  // namespace

http::response simulated_answer(const simulated_voice& voice, const scenario_mix& asked) {
  http::response made = faces::ok("hello", static_cast<std::int64_t>(asked.input_tokens),
                                  static_cast<std::int64_t>(asked.output_tokens), asked.model);
  add_common(made, voice, true);
  return made;
}

announced limit_refusal(const simulated_voice& voice, const limit_rule& by, storm_time wait,
                        std::size_t turn) {
  const scenario_route& route = voice.route;
  const std::string text =
      route.words.empty() ? limit_sentence(route.face, by, {route.sentence, route.sentence_per})
                          : route.words;
  announced made = refusal_answer(route.face, form_of(route, turn), 429, hint_of(route, wait),
                                  voice.wall, request_id, text);
  if (by.kind == limit_kind::at_once && route.limit_headers)
    made.answer.headers.set("x-ratelimit-type", "UserConcurrentRequests");
  add_common(made.answer, voice, true);
  return made;
}

announced event_refusal(const simulated_voice& voice, const scenario_event& by, std::size_t turn) {
  const scenario_route& route = voice.route;
  std::string text = refusal_text(route.face, by.status);
  if (by.status == 429) text = route.words.empty() ? limit_sentence(route.face) : route.words;
  announced made = refusal_answer(route.face, form_of(route, turn), by.status, by.hint, voice.wall,
                                  request_id, text);
  add_common(made.answer, voice, !by.bare);
  return made;
}

}  // namespace reroute::testing
