// The error table: what each code and each status means (DESIGN 5).
#include "error/classify.hpp"

#include "error/known_codes.hpp"
#include "error/message_hints.hpp"
#include "http/response_time.hpp"
#include "http/text.hpp"

#include <algorithm>
#include <chrono>
#include <string_view>

namespace reroute::detail {
namespace {

void set(normalized_error& error, const verdict& means) {
  error.category = means.category;
  error.retryable = means.retryable;
  error.failover_worthy = means.failover_worthy;
}

// the most precise key that is known
const verdict* verdict_on(const normalized_error& error, const envelope& body) noexcept {
  const std::string_view keys[] = {body.error_code, body.code, body.type, error.raw_code};
  for (const std::string_view key : keys) {
    if (const verdict* const means = find_verdict(key)) return means;
  }
  return nullptr;
}

bool may_hide_quota(int status) noexcept {
  return status == 400 || status == 402 || status == 403 || status == 429;
}

// API Management's quota policies answer 403, and say when to come back; who lacks a right hears no
// time
bool is_gateway_quota(const normalized_error& error, const envelope& body) noexcept {
  const bool hinted = error.retry_after && error.retry_after->count() > 0;
  return error.status == 403 && body.gateway && (hinted || http::has_text(body.message, "quota"));
}

// a tier's monthly cap: shut until 00:00 UTC on the first of the next month
http::date next_month(http::date now) noexcept {
  using namespace std::chrono;
  constexpr http::date latest = sys_days(year(9999) / 1 / 1);
  const year_month_day today(floor<days>(std::clamp(now, http::date{}, latest)));
  return sys_days((today.year() / today.month() + months(1)) / day(1));
}

}  // namespace

bool classify_by_code(normalized_error& error, const envelope& body, const http::headers& fields,
                      http::date now) {
  if (const verdict* const means = verdict_on(error, body)) {
    set(error, *means);
  } else if ((may_hide_quota(error.status) && says_no_quota(body.message)) ||
             is_gateway_quota(error, body)) {
    set(error, {category::quota, false, true});
  } else {
    return false;
  }
  if (error.category == category::quota) {
    error.opens_at = access_date_in_text(body.message);
    if (body.error_code == "enforced_spend_limit_reached") {
      error.opens_at = next_month(http::response_time(fields, now));
    }
  }
  return true;
}

void classify_by_status(normalized_error& error, int status, const envelope& body,
                        const resolver_options& options) {
  const bool from_server = status >= 500 && status <= 599;
  if (from_server && body.type == "overloaded_error") status = 529;
  if (from_server && body.type == "timeout_error") status = 504;
  switch (status) {
    case 401:
    case 403:
      return set(error, {category::auth, false, options.failover_on_auth});
    case 402:
      return set(error, {category::quota, false, true});
    case 404:
      return set(error, {category::bad_request, false, options.failover_on_not_found});
    case 408:
    case 504:
      return set(error, {category::timeout, true, true});
    case 409:
      return set(error, {category::server, true, false});
    case 429:
      return set(error, {category::rate_limit, true, true});
    case 501:
      return set(error, {category::server, false, true});
    case 503:
    case 529:
      return set(error, {category::overloaded, true, true});
    default:
      break;
  }
  if (status >= 300 && status <= 499) return set(error, {category::bad_request, false, false});
  if (from_server) return set(error, {category::server, true, true});
  set(error, {category::server, false, false});  // nobody knows what it means
}

}  // namespace reroute::detail
