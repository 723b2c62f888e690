// What a simulated route says.
#include "testing/simulated_answers.hpp"

#include <reroute/http/date.hpp>
#include <reroute/testing/faces.hpp>

#include "testing/limit_headers.hpp"

#include <string>

namespace reroute::testing {
namespace {

constexpr std::string_view request_id = "req_simulated";

void add_common(http::response& to, const simulated_voice& voice) {
  http::headers& fields = to.headers;
  fields.set("date", http::format_http_date(std::chrono::floor<std::chrono::seconds>(voice.wall)));
  fields.set("request-id", request_id);
  if (voice.route.face == face::azure) fields.set("apim-request-id", "apim_simulated");
  if (voice.route.limit_headers) add_limit_headers(fields, voice.limits, voice.wall);
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
