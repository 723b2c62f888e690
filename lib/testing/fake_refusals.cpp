// The fake's refusals: the same wait, said in five ways.
#include <reroute/http/date.hpp>

#include "testing/fake_answers.hpp"
#include "testing/limit_words.hpp"

#include <string>
#include <utility>

namespace reroute::testing {

std::string refusal_text(face wearing, int status) {
  if (status == 529) return "Overloaded";
  if (status == 503) return "The service is temporarily unavailable.";
  // without a number: a client believes what it is told, and the fake's limits are its own
  return limit_sentence(wearing);
}

announced refusal_answer(face wearing, refusal_form form, int status, std::chrono::nanoseconds wait,
                         std::chrono::system_clock::time_point now, std::string_view request_id) {
  return refusal_answer(wearing, form, status, wait, now, request_id,
                        refusal_text(wearing, status));
}

announced refusal_answer(face wearing, refusal_form form, int status, std::chrono::nanoseconds wait,
                         std::chrono::system_clock::time_point now, std::string_view request_id,
                         std::string text) {
  using std::chrono::ceil;
  using std::chrono::seconds;
  const bool said = wait.count() > 0 && form != refusal_form::none;
  announced made;
  const seconds whole = ceil<seconds>(wait);
  if (said && form == refusal_form::text_only)
    text += " Please wait " + std::to_string(whole.count()) + " seconds before retrying.";
  made.answer = error_answer(wearing, status, text, request_id);
  if (!said) return made;
  http::headers& fields = made.answer.headers;
  made.wait = whole;
  if (form == refusal_form::seconds) fields.set("retry-after", std::to_string(whole.count()));
  if (form == refusal_form::milliseconds) {
    const auto exact = ceil<std::chrono::milliseconds>(wait);
    fields.set("retry-after-ms", std::to_string(exact.count()));
    made.wait = exact;
  }
  if (form == refusal_form::http_date) {
    const auto opens = ceil<seconds>(now + ceil<std::chrono::system_clock::duration>(wait));
    fields.set("retry-after", http::format_http_date(opens));
    made.wait = opens - now;
  }
  return made;
}

}  // namespace reroute::testing
