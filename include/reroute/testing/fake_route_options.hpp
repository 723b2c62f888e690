// How one route of the fake behaves: its face, credentials, limits, latency and faults.
#pragma once

#include <reroute/testing/latency.hpp>
#include <reroute/testing/limit_rule.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace reroute::testing {

/// Whose answers and errors it gives.
enum class face : std::uint8_t { anthropic, azure };

/// How a refusal says how long to wait. Never less than the truth.
enum class refusal_form : std::uint8_t {
  seconds,       ///< Retry-After in whole seconds
  http_date,     ///< Retry-After as HTTP-date
  milliseconds,  ///< retry-after-ms
  text_only,     ///< only in the error's message
  none,          ///< not at all
};

/// What certificate it shows.
enum class shown_certificate : std::uint8_t { good, expired, self_signed, wrong_host, wrong_ca };

/// What can be made to go wrong with a request, or (the last two) with a connection.
enum class fault_kind : std::uint8_t {
  status,             ///< answers `status` in the face's own words
  reset_before_head,  ///< reads the request, then resets the connection
  reset_after_head,   ///< sends the head, then resets the connection
  truncated_body,     ///< sends a part of the body, then closes without a TLS close_notify
  stalled_body,       ///< sends a part of the body, and nothing more until the peer gives up
  error_event,  ///< a stream that turns into an `error` event with `status` in the face's words;
                ///< an answer that is no stream becomes that error, under a 200
  silence,      ///< reads the request, and says nothing until the peer gives up
  garbage,      ///< answers what is no HTTP, then closes
  html,         ///< answers a gateway's page with `status`; the connection stays
  slow_drip,    ///< a right answer, `bytes` of it every `every`
  close_after_answer,  ///< a right answer without `Connection: close`, then closes
  close_before_head,   ///< reads the request, then closes in order
  plain_text,          ///< answers the TLS handshake with plain HTTP, then closes
  silent_handshake,    ///< accepts the connection, and never says a word
  // of HTTP/2 alone; over HTTP/1.1 they reset the connection before the head
  h2_refused,  ///< resets the stream: REFUSED_STREAM, it was not looked at
  h2_reset,   ///< resets the stream with `h2_code`, behind `after_bytes` of the body if that is set
  h2_goaway,  ///< says goodbye in the middle of the body, which still comes whole
  h2_goaway_before,       ///< says goodbye, and that this request was not looked at
  h2_settings_flood,      ///< floods the peer with SETTINGS, then answers
  h2_ping_flood,          ///< floods the peer with PINGs, then answers
  h2_header_bomb,         ///< an answer with 90 KiB of fields
  h2_continuation_flood,  ///< a head that never ends
  h2_wrong_order,         ///< DATA before the head
  h2_lying_length,        ///< Content-Length says more than comes
};

/// A fault: for so many requests (or connections), or for so long, or until `clear_faults` if neither
/// is given; for both, whichever ends first. It comes before authentication and limits.
struct fault {
  fault_kind kind = fault_kind::status;
  int status = 529;
  std::size_t requests = 0;
  std::chrono::milliseconds time{0};
  /// For `status` 429, 503 and 529: said in the route's refusal form; 0 says nothing.
  std::chrono::milliseconds retry_after{0};
  /// False: `retry_after` is not meant (a date years ahead). Who asks again before it is not counted
  /// in `fake_log::into_closed_window`.
  bool honest = true;
  /// The share of requests that it hits, by the route's own seeded dice. From 0 to 1.
  double share = 1;
  /// For `truncated_body`, `stalled_body` and `error_event`: so many bytes of the body come before (of
  /// an event stream, whole events before an `error_event`). Default: half of it.
  std::optional<std::size_t> after_bytes = std::nullopt;
  /// For `h2_reset`: the error code (RFC 9113, 7). Default INTERNAL_ERROR.
  std::uint32_t h2_code = 2;
  /// For `slow_drip`: so many bytes at a time (at least 1), and the time between.
  std::size_t bytes = 16;
  std::chrono::milliseconds every{50};
};

/// One route of the fake. Configuration: set before `add_route`, which throws `std::invalid_argument`
/// for what cannot be (a negative rate, a burst below 1, a window of no time).
struct fake_route_options {
  testing::face face = face::anthropic;
  /// Accepted as `x-api-key`; on the anthropic face as `Authorization: Bearer` too, on the azure face
  /// as `api-key` too. Empty: no key is accepted.
  std::string key = "fake-key";
  /// Tokens accepted as `Authorization: Bearer`; may be changed later.
  std::vector<std::string> bearer_tokens = {};
  /// Models or deployments that exist; empty: any.
  std::vector<std::string> models = {};
  /// Token bucket: requests per second (0: no limit), and how many at once after a pause.
  double rate = 0;
  double burst = 1;
  /// Window limiter beside it: so many requests per window (0: no limit). A window begins with the
  /// first request after the last one ended.
  std::size_t window_requests = 0;
  std::chrono::milliseconds window = std::chrono::seconds(60);
  /// Prompt tokens per second (0: no limit), and how many at once after a pause (0: what one second
  /// gives). A prompt is counted as the fake's `usage` counts it: four bytes of the request, a token.
  double input_tokens = 0;
  double input_tokens_burst = 0;
  /// The same of answers. A request takes its `max_tokens`, and gives back at its end what its answer
  /// did not need.
  double output_tokens = 0;
  double output_tokens_burst = 0;
  /// Limits of any kind, besides those above: all must agree.
  std::vector<limit_rule> limits = {};
  refusal_form form = refusal_form::seconds;
  /// Forms of refusals in turns; goes before `form` unless empty.
  std::vector<refusal_form> forms = {};
  /// How far its clock, and with it every date that it says, is ahead of the fake's.
  std::chrono::milliseconds skew{0};
  /// anthropic-ratelimit-* on every answer, about the limits on requests and on tokens: their size, what is left, until
  /// full.
  bool limit_headers = false;
  /// Time from a request to its answer. Refusals come at once, unless `refusal_latency` is set.
  latency::distribution latency = {};
  latency::distribution refusal_latency = {};
  /// Time to each answer, from the JSON text of its request; goes before `latency`.
  std::function<std::chrono::nanoseconds(const std::string& request)> latency_to = {};
  /// Text of every answer.
  std::string reply = "hello";
  /// Text of each answer, from the JSON text of its request; goes before `reply`.
  std::function<std::string(const std::string& request)> reply_to = {};
  /// Content blocks of each answer, a JSON array, from the JSON text of its request; goes before the reply, and
  /// comes streamed where that is asked for:
  ///
  ///     [{"type":"tool_use","id":"toolu_1","name":"weather","input":{"city":"Kyiv"}}]
  ///
  /// With a `tool_use` in it, `stop_reason` is "tool_use". An empty text: the reply after all. What is no array
  /// of blocks is answered with 500.
  std::function<std::string(const std::string& request)> content_to = {};
  /// Answers to `"stream": true` come as event streams, in HTTP chunks: the text in deltas of so many
  /// bytes (0: in one).
  std::size_t stream_piece = 4;
  /// The events of each stream, from the JSON text of its request (`streamed_answer` writes such
  /// texts); goes before the reply, `content_to` and `stream_piece`.
  std::function<std::string(const std::string& request)> stream_to = {};
  /// Time between two events of a stream. Default: they come at once.
  std::chrono::nanoseconds stream_pace{0};
  /// Bytes of an event stream in each HTTP chunk; 0: an event in each.
  std::size_t stream_chunk = 0;
  /// Largest request body; above it comes a 413. The fake's memory bounds it at 64 MiB.
  std::size_t max_body = 32 * 1024 * 1024;
  /// Takes bodies in gzip (`Content-Encoding`), up to `max_body` when unpacked. Off: 400, as who does not know it.
  bool gzip_requests = true;
  /// Requests that a connection serves before it is closed with `Connection: close`; 0: any number.
  std::size_t requests_per_connection = 0;
  shown_certificate certificate = shown_certificate::good;
  /// Speaks HTTP/2 with those who offer it (ALPN); faults that break a connection then break all that is
  /// under way on it. Default off.
  bool http2 = false;
  /// Requests under way on one HTTP/2 connection that it announces (SETTINGS), and the flow-control window
  /// of each for request bodies.
  std::uint32_t h2_max_streams = 100;
  std::uint32_t h2_window = 65535;
  /// Speaks plain HTTP: for tests of what a TLS client does with it, and of plain routes.
  bool plain_http = false;
};

}  // namespace reroute::testing
