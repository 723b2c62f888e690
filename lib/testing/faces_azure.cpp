// Faces: Claude in Microsoft Foundry, and API Management before it.
#include <reroute/testing/faces.hpp>

#include "testing/face_bodies.hpp"

#include <boost/json/object.hpp>

#include <cstdio>
#include <utility>

namespace reroute::testing::faces {
namespace {

constexpr std::string_view apim_id = "0a1b2c3d-0000-4000-8000-00000000face";

// the limiter repeats its message as `details`, here a string where Anthropic has an object
http::response limiter(std::string message) {
  boost::json::object error{
      {"code", "RateLimitReached"}, {"message", message}, {"details", message}};
  auto made = make(429, {{"error", std::move(error)}});
  made.headers.add("apim-request-id", apim_id);
  return made;
}

std::string limiter_text(const std::chrono::seconds* wait) {
  std::string text = "Rate limit of 8000 per 60s exceeded for UserByModelByMinuteOutputTokens.";
  if (wait) text += " Please wait " + std::to_string(wait->count()) + " seconds before retrying.";
  return text;
}

}  // namespace

http::response azure_error(int status, std::string_view code, std::string_view message) {
  boost::json::object error{{"code", code}, {"message", message}};
  auto made = make(status, {{"error", std::move(error)}});
  made.headers.add("apim-request-id", apim_id);
  return made;
}

http::response azure_429(std::chrono::seconds wait) { return limiter(limiter_text(&wait)); }
http::response azure_429() { return limiter(limiter_text(nullptr)); }

http::response azure_429_with_header(std::chrono::seconds wait, std::chrono::seconds retry_after) {
  return with_seconds(azure_429(wait), "retry-after", retry_after);
}

http::response azure_429_too_short() {
  auto made = azure_429();
  made.headers.set("retry-after", "1");
  made.headers.set("retry-after-ms", "0");
  made.headers.set("x-ratelimit-remaining-tokens", "0");
  made.headers.set("x-ratelimit-reset-tokens", "0");
  made.headers.set("x-ratelimit-renewalperiod-tokens", "60");
  return made;
}

http::response azure_429_until(http::date opens) {
  return with_dates(azure_error(429, "429", "Rate limit is exceeded."), opens, nullptr);
}
http::response azure_429_until(http::date opens, http::date now) {
  return with_dates(azure_error(429, "429", "Rate limit is exceeded."), opens, &now);
}

http::response azure_401() {
  return azure_error(401, "Unauthorized",
                     "Access token is invalid, expired, or for another audience.");
}
http::response azure_401_permission_denied() {
  return azure_error(401, "PermissionDenied", "The principal lacks the required data action.");
}
http::response azure_403() {
  return azure_error(403, "AuthorizationFailed", "The role for this resource is missing.");
}
http::response azure_404(std::string_view deployment) {
  return azure_error(404, "DeploymentNotFound",
                     "The deployment '" + std::string(deployment) + "' does not exist.");
}
http::response azure_404_not_supported() {
  return azure_error(404, "api_not_supported", "Requested API is currently not supported");
}

http::response azure_500_backend_authentication() {
  return azure_error(
      500, "invalid_model_endpoint_authentication",
      "Failed to authenticate to backend endpoint. RequestId = " + std::string(request_id));
}

http::response azure_503() {
  return plain_text(503,
                    "upstream connect error or disconnect/reset before headers. reset reason: "
                    "connection failure");
}

http::response apim_error(int status, std::string_view message) {
  auto made = make(status, {{"statusCode", status}, {"message", message}});
  made.headers.remove("request-id");
  return made;
}

http::response apim_429(std::chrono::seconds retry_after) {
  return with_seconds(apim_error(429, "Rate limit is exceeded. Try again in " +
                                          std::to_string(retry_after.count()) + " seconds."),
                      "retry-after", retry_after);
}

http::response apim_403_quota(std::chrono::seconds retry_after) {
  const std::chrono::hh_mm_ss time(retry_after);
  char text[96];
  std::snprintf(text, sizeof text,
                "Out of call volume quota. Quota will be replenished in %02d:%02d:%02d.",
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return with_seconds(apim_error(403, text), "retry-after", retry_after);
}

http::response apim_401() {
  return apim_error(401,
                    "Access denied due to missing subscription key. Make sure to include "
                    "subscription key when making requests to an API.");
}

}  // namespace reroute::testing::faces
