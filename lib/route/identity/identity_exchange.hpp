// One exchange with a token endpoint, under a time limit; and a pause.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/transport.hpp>
#include <reroute/route/token_fetch.hpp>

#include "route/identity/token_answer.hpp"
#include "route/token_result.hpp"

#include <asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string_view>

namespace reroute::detail {

/// How long a token endpoint has for one answer.
constexpr duration token_patience = std::chrono::seconds(20);

/// What came back: an answer, whose body is wiped at its end, or the transport's failure.
/// A class, not an aggregate: it may stand inside a `co_await`.
class identity_answer {
 public:
  identity_answer() = default;
  identity_answer(identity_answer&&) noexcept = default;
  identity_answer& operator=(identity_answer&&) noexcept;
  ~identity_answer();

  transport_error error;
  http::response response;
};

/// The transport for a token endpoint: `own` if it is set, else the client's that fits. What is http:// by then
/// is on a loopback, or a service of this machine.
[[nodiscard]] std::shared_ptr<transport> transport_for(const http::url& url,
                                                       const std::shared_ptr<transport>& own,
                                                       const token_fetch& lent);

/// Sends `request` over `over` and reads the answer, at most 1 MiB of it. After `limit` it is given up:
/// `errc::provider_timeout`. Cancelled: `operation_aborted`. Follows no redirect. Throws nothing of its own.
[[nodiscard]] asio::awaitable<identity_answer> exchange_identity(token_fetch lent,
                                                                 std::shared_ptr<transport> over,
                                                                 http::request request,
                                                                 duration limit);

/// Waits on the lent clock. Throws `operation_aborted` if cancelled.
[[nodiscard]] asio::awaitable<void> pause_for(token_fetch lent, duration time);

/// A failed transport as a source's failure; `who` is the endpoint's name.
[[nodiscard]] token_result unreachable(const transport_error& error, std::string_view who);

/// What was answered, or why nothing was.
[[nodiscard]] token_result result_of(const identity_answer& answer, const token_reading& how);

/// The token that was answered. Throws as a source must where there is none.
[[nodiscard]] access_token token_of(const identity_answer& answer, const token_reading& how);

/// Throws the failure as a source must.
[[noreturn]] void throw_failure(const token_result& failure);

}  // namespace reroute::detail
