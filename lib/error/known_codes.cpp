// The tables of error codes (FACTS 1.6, 1.7, 3.6, 4).
#include "error/known_codes.hpp"

#include "http/text.hpp"

#include <algorithm>
#include <iterator>

namespace reroute::detail {
namespace {

constexpr verdict no_quota{category::quota, false, true};
constexpr verdict wrong_request{category::bad_request, false, false};
constexpr verdict failing{category::server, true, true};
constexpr verdict busy{category::overloaded, true, true};
constexpr verdict late{category::timeout, true, true};

struct known {
  std::string_view code;
  verdict means;
};

constexpr known verdicts[] = {
    // Anthropic: the account
    {"enforced_spend_limit_reached", no_quota},
    {"contract_spend_limit_reached", no_quota},
    {"credits_required", no_quota},
    {"linked_organization_spend_limit_reached", no_quota},
    {"linked_organization_billing_unavailable", no_quota},
    {"organization_on_hold", no_quota},
    {"billing_error", no_quota},
    // Anthropic: the customer's key server, not Anthropic's load
    {"cmek_key_unreachable", failing},
    {"cmek_context_unavailable", failing},
    {"compaction_unavailable", busy},
    // a 400 that says the upload was too slow: nothing is wrong with the request
    {"request_body_timeout", late},
    // Anthropic: for good
    {"cmek_key_disabled", wrong_request},
    {"cmek_key_network_blocked", wrong_request},
    {"image_dimensions_too_large", wrong_request},
    {"user_profile_required", wrong_request},
    {"request_body_encoding_invalid", wrong_request},
    {"request_body_encoding_unsupported", wrong_request},
    {"request_body_too_large_after_decoding", wrong_request},
    // Azure: its front end could not log in to its own back end; the caller's key is fine
    {"invalid_model_endpoint_authentication", failing},
    // Azure OpenAI and its kin
    {"insufficient_quota", no_quota},
    // Bedrock, where the status alone misleads
    {"ServiceQuotaExceededException", no_quota},
    {"ModelNotReadyException", busy},
    {"ModelErrorException", failing},
    {"ModelStreamErrorException", failing},
};

struct typed {
  std::string_view type;
  int status;
};

constexpr typed statuses[] = {
    {"invalid_request_error", 400},
    {"authentication_error", 401},
    {"billing_error", 402},
    {"permission_error", 403},
    {"not_found_error", 404},
    {"conflict_error", 409},
    {"request_too_large", 413},
    {"rate_limit_error", 429},
    {"api_error", 500},
    {"timeout_error", 504},
    {"overloaded_error", 529},
    // Bedrock's, inside a stream
    {"validationException", 400},
    {"accessDeniedException", 403},
    {"resourceNotFoundException", 404},
    {"modelTimeoutException", 408},
    {"throttlingException", 429},
    {"internalServerException", 500},
    {"modelStreamErrorException", 500},
    {"serviceUnavailableException", 503},
};

}  // namespace

const verdict* find_verdict(std::string_view code) noexcept {
  if (code.empty()) return nullptr;
  for (const known& entry : verdicts) {
    if (http::same_text(entry.code, code)) return &entry.means;
  }
  return nullptr;
}

bool is_limiter_code(std::string_view code) noexcept {
  if (http::same_text(code, "rate_limit_error")) return false;
  constexpr std::string_view parts[] = {"ratelimit",         "rate_limit",      "ramp_limit",
                                        "throttl",           "toomanyrequests", "too_many_requests",
                                        "resource_exhausted"};
  return code == "429" ||
         std::any_of(std::begin(parts), std::end(parts),
                     [&](std::string_view part) { return http::has_text(code, part); });
}

int status_of_type(std::string_view type) noexcept {
  const auto found =
      std::find_if(std::begin(statuses), std::end(statuses),
                   [&](const typed& entry) { return http::same_text(entry.type, type); });
  return found == std::end(statuses) ? 0 : found->status;
}

}  // namespace reroute::detail
