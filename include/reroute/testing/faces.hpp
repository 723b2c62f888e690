// Ready-made answers of each route: the 200 and every refusal that a client of Claude may meet.
#pragma once

#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

/// Faces: what a provider's answers look like on the wire. Plain values, to be scripted, served or
/// resolved in tests; change a copy where a variation is wanted (`headers.set`, `body`).
namespace reroute::testing::faces {

// -- success, the same on both routes

/// 200 with a message of one text block.
[[nodiscard]] http::response ok(std::string_view text = "Hello.", std::int64_t input_tokens = 10,
                                std::int64_t output_tokens = 5,
                                std::string_view model = "claude-opus-4-8");
/// 200 of `count_tokens`.
[[nodiscard]] http::response token_count(std::int64_t input_tokens);

// -- Anthropic: {"type":"error","error":{"type":...,"message":...},"request_id":...}

/// Any status in Anthropic's envelope. `code`, unless empty, becomes `error.details.error_code`.
[[nodiscard]] http::response anthropic_error(int status, std::string_view type,
                                             std::string_view message, std::string_view code = {});
/// 429 without any hint: a proxy has eaten it, or waiting does not help.
[[nodiscard]] http::response anthropic_429();
/// 429 with `Retry-After` in whole seconds.
[[nodiscard]] http::response anthropic_429(std::chrono::seconds retry_after);
/// 429 with `retry-after-ms`.
[[nodiscard]] http::response anthropic_429_ms(std::chrono::milliseconds retry_after);
/// 429 with `Retry-After` as an HTTP-date; with a `Date` of its own if `now` is given.
[[nodiscard]] http::response anthropic_429_until(http::date opens);
[[nodiscard]] http::response anthropic_429_until(http::date opens, http::date now);
/// 429 as captured: wait `retry_after`, while the empty input-token bucket is full again much later.
[[nodiscard]] http::response anthropic_429_with_limits(std::chrono::seconds retry_after,
                                                       http::date now,
                                                       std::chrono::seconds full_after);
/// 429 `ramp_limit_exceeded`: usage grew too fast.
[[nodiscard]] http::response anthropic_429_ramp(std::chrono::seconds retry_after);
/// 429 that no waiting cures: the tier's monthly cap, the contract's, or credits that are needed.
[[nodiscard]] http::response anthropic_429_spend_limit();
[[nodiscard]] http::response anthropic_429_contract_limit();
[[nodiscard]] http::response anthropic_429_credits_required();
/// 400 by which a self-set spend limit and an empty balance are told.
[[nodiscard]] http::response anthropic_400_spend_limit(std::chrono::year_month_day regained_on);
[[nodiscard]] http::response anthropic_400_no_credit();
[[nodiscard]] http::response anthropic_400(std::string_view message = "messages: Field required");
[[nodiscard]] http::response anthropic_401();
[[nodiscard]] http::response anthropic_402();
[[nodiscard]] http::response anthropic_403();
[[nodiscard]] http::response anthropic_404(std::string_view model = "claude-none");
[[nodiscard]] http::response anthropic_409();
/// 413 comes from the edge, before the API, and is a page of HTML.
[[nodiscard]] http::response anthropic_413();
[[nodiscard]] http::response anthropic_500();
[[nodiscard]] http::response anthropic_504();
/// 529 Overloaded: too much for everybody; usually without a hint.
[[nodiscard]] http::response anthropic_529();
[[nodiscard]] http::response anthropic_529(std::chrono::seconds retry_after);

// -- Azure, Claude in Microsoft Foundry: {"error":{"code":...,"message":...}}

/// Any status in Azure's envelope.
[[nodiscard]] http::response azure_error(int status, std::string_view code,
                                         std::string_view message);
/// 429 of the limiter as it is really seen: the wait stands only in the text.
[[nodiscard]] http::response azure_429(std::chrono::seconds wait);
/// 429 of the limiter with the sentence missing.
[[nodiscard]] http::response azure_429();
/// 429 of the limiter whose text and `Retry-After` differ: the header counts.
[[nodiscard]] http::response azure_429_with_header(std::chrono::seconds wait,
                                                   std::chrono::seconds retry_after);
/// 429 that says "1 s, 0 ms" while its window is 60 s: who obeys it makes a storm.
[[nodiscard]] http::response azure_429_too_short();
/// 429 with `code` "429" and `Retry-After` as an HTTP-date.
[[nodiscard]] http::response azure_429_until(http::date opens);
[[nodiscard]] http::response azure_429_until(http::date opens, http::date now);
[[nodiscard]] http::response azure_401();
/// 401 while a new role has not spread yet, or never was given.
[[nodiscard]] http::response azure_401_permission_denied();
[[nodiscard]] http::response azure_403();
/// 404 of a deployment that does not exist.
[[nodiscard]] http::response azure_404(std::string_view deployment = "none");
/// 404 of an API that Foundry does not have.
[[nodiscard]] http::response azure_404_not_supported();
/// 500 `invalid_model_endpoint_authentication`: Azure's own back end, not the caller's key.
[[nodiscard]] http::response azure_500_backend_authentication();
/// 503 of the gateway in plain text.
[[nodiscard]] http::response azure_503();

// -- API Management, the customer's own gateway: {"statusCode":...,"message":...}

[[nodiscard]] http::response apim_error(int status, std::string_view message);
[[nodiscard]] http::response apim_429(std::chrono::seconds retry_after);
/// 403 of a used-up quota.
[[nodiscard]] http::response apim_403_quota(std::chrono::seconds retry_after);
[[nodiscard]] http::response apim_401();

// -- whatever stands in between

/// A gateway's page.
[[nodiscard]] http::response html(int status, std::string_view title = "Bad Gateway");
[[nodiscard]] http::response plain_text(int status, std::string_view text);
[[nodiscard]] http::response json(int status, std::string_view text);
/// No body at all.
[[nodiscard]] http::response empty(int status);

}  // namespace reroute::testing::faces
