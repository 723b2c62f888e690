// Faces: Anthropic direct.
#include <reroute/testing/faces.hpp>

#include "testing/face_bodies.hpp"
#include "testing/fake_answers.hpp"

#include <boost/json/object.hpp>

#include <utility>

namespace reroute::testing::faces {
namespace {

constexpr std::string_view rate_limited =
    "This request would exceed your organization's rate limit of 50 requests per minute.";

}  // namespace

http::response anthropic_error(int status, std::string_view type, std::string_view message,
                               std::string_view code) {
  boost::json::object error{{"type", type}, {"message", message}};
  if (!code.empty()) error["details"] = boost::json::object{{"error_code", code}};
  return make(status, {{"type", "error"}, {"error", std::move(error)}, {"request_id", request_id}});
}

http::response anthropic_429() { return anthropic_error(429, "rate_limit_error", rate_limited); }

http::response anthropic_429(std::chrono::seconds retry_after) {
  return with_seconds(anthropic_429(), "retry-after", retry_after);
}

http::response anthropic_429_ms(std::chrono::milliseconds retry_after) {
  auto made = anthropic_429();
  made.headers.set("retry-after-ms", std::to_string(retry_after.count()));
  return made;
}

http::response anthropic_429_until(http::date opens) {
  return with_dates(anthropic_429(), opens, nullptr);
}

http::response anthropic_429_until(http::date opens, http::date now) {
  return with_dates(anthropic_429(), opens, &now);
}

http::response anthropic_429_with_limits(std::chrono::seconds retry_after, http::date now,
                                         std::chrono::seconds full_after) {
  auto made = anthropic_429(retry_after);
  http::headers& fields = made.headers;
  fields.set("date", http::format_http_date(now));
  fields.set("x-should-retry", "true");
  const auto bucket = [&](std::string_view name, std::string_view limit, std::string_view left,
                          std::chrono::seconds reset) {
    const std::string prefix = "anthropic-ratelimit-" + std::string(name);
    fields.set(prefix + "-limit", limit);
    fields.set(prefix + "-remaining", left);
    fields.set(prefix + "-reset", rfc3339(now + reset));
  };
  bucket("requests", "4000", "3999", std::chrono::seconds(0));
  bucket("input-tokens", "200000", "0", full_after);
  bucket("output-tokens", "80000", "80000", std::chrono::seconds(0));
  bucket("tokens", "280000", "80000", std::chrono::seconds(0));
  return made;
}

http::response anthropic_429_ramp(std::chrono::seconds retry_after) {
  return with_seconds(anthropic_error(429, "rate_limit_error",
                                      "Your usage has grown too quickly. Please ramp up gradually.",
                                      "ramp_limit_exceeded"),
                      "retry-after", retry_after);
}

http::response anthropic_429_spend_limit() {
  return anthropic_error(429, "rate_limit_error", "You have reached your monthly spend limit.",
                         "enforced_spend_limit_reached");
}

http::response anthropic_429_contract_limit() {
  return anthropic_error(429, "rate_limit_error", "You have reached your contract's spend limit.",
                         "contract_spend_limit_reached");
}

http::response anthropic_429_credits_required() {
  auto made = anthropic_error(429, "rate_limit_error", "Usage credits are required for this model.",
                              "credits_required");
  made.headers.set("x-should-retry", "true");
  return made;
}

http::response anthropic_400_spend_limit(std::chrono::year_month_day regained_on) {
  const std::string day = rfc3339(std::chrono::sys_days(regained_on)).substr(0, 10);
  return anthropic_400(
      "You have reached your specified API usage limits. You will regain access on " + day +
      " at 00:00 UTC.");
}

http::response anthropic_400_no_credit() {
  return anthropic_400(
      "Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing to "
      "upgrade or purchase credits.");
}

http::response anthropic_400(std::string_view message) {
  return anthropic_error(400, "invalid_request_error", message);
}
http::response anthropic_401() {
  return anthropic_error(401, "authentication_error", "invalid x-api-key");
}
http::response anthropic_402() {
  return anthropic_error(402, "billing_error", "There is an issue with your payment method.");
}
http::response anthropic_403() {
  return anthropic_error(403, "permission_error", "Your API key does not have permission.");
}
http::response anthropic_404(std::string_view model) {
  return anthropic_error(404, "not_found_error", "model: " + std::string(model));
}
http::response anthropic_409() {
  return anthropic_error(409, "conflict_error", "The resource is locked by another request.");
}
http::response anthropic_413() { return html(413, "Request Entity Too Large"); }
http::response anthropic_500() {
  return anthropic_error(500, "api_error", "Internal server error");
}
http::response anthropic_504() {
  return anthropic_error(504, "timeout_error", "The request timed out while it was processed.");
}
http::response anthropic_529() { return anthropic_error(529, "overloaded_error", "Overloaded"); }
http::response anthropic_529(std::chrono::seconds retry_after) {
  return with_seconds(anthropic_529(), "retry-after", retry_after);
}

}  // namespace reroute::testing::faces
