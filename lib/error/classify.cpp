// The error table: what each code and each status means.
#include "error/classify.hpp"

#include "error/message_hints.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string_view>

namespace reroute::detail {
namespace {

void set(normalized_error& error, category kind, bool retryable, bool failover_worthy) {
  error.category = kind;
  error.retryable = retryable;
  error.failover_worthy = failover_worthy;
}

bool is_one_of(std::string_view code, std::initializer_list<std::string_view> codes) {
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

// a tier's monthly cap: shut until 00:00 UTC on the first of the next month
http::date next_month(http::date now) {
  using namespace std::chrono;
  const year_month_day today(floor<days>(now));
  return sys_days((today.year() / today.month() + months(1)) / day(1));
}

}  // namespace

bool classify_by_code(normalized_error& error, const envelope& body, http::date now) {
  const std::string& code = body.key();
  if (code == "invalid_model_endpoint_authentication") {
    // Azure's front end and its own back end disagree: not the caller's credential
    set(error, category::server, true, true);
    return true;
  }
  if (code == "request_body_timeout") {
    set(error, category::timeout, true, true);
    return true;
  }
  const bool no_quota_code = is_one_of(
      code, {"enforced_spend_limit_reached", "contract_spend_limit_reached", "credits_required",
             "linked_organization_spend_limit_reached", "linked_organization_billing_unavailable",
             "organization_on_hold", "billing_error", "ServiceQuotaExceededException"});
  const bool may_hide_quota = is_one_of(std::to_string(error.status), {"400", "402", "403", "429"});
  if (!no_quota_code && !(may_hide_quota && says_no_quota(body.message))) return false;
  set(error, category::quota, false, true);
  error.opens_at = access_date_in_text(body.message);
  if (code == "enforced_spend_limit_reached") error.opens_at = next_month(now);
  return true;
}

void classify_by_status(normalized_error& error, const envelope& body,
                        const resolver_options& options) {
  const int status = error.status;
  if (status >= 500 && status <= 599 && body.type == "overloaded_error")
    return set(error, category::overloaded, true, true);
  switch (status) {
    case 401:
    case 403:
      return set(error, category::auth, false, options.failover_on_auth);
    case 402:
      return set(error, category::quota, false, true);
    case 404:
      return set(error, category::bad_request, false, options.failover_on_not_found);
    case 408:
    case 504:
      return set(error, category::timeout, true, true);
    case 409:
      return set(error, category::server, true, false);
    case 429:
      return set(error, category::rate_limit, true, true);
    case 501:
      return set(error, category::server, false, true);
    case 503:
    case 529:
      return set(error, category::overloaded, true, true);
    default:
      break;
  }
  if (status >= 300 && status <= 499) return set(error, category::bad_request, false, false);
  if (status >= 500 && status <= 599) return set(error, category::server, true, true);
  set(error, category::server, false, false);  // unknown: until a resolver says otherwise
}

}  // namespace reroute::detail
