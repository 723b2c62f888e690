// The coroutine of one attempt. It makes no decision: the machines do.
#include "client/run_attempt.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/rate_limits.hpp>

#include "client/attempt_errors.hpp"
#include "client/engine.hpp"
#include "client/read_answer.hpp"
#include "client/run_stream.hpp"
#include "error/text.hpp"
#include "route/secret.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t max_id_size = 128;  // as in the errors

exchange_facts facts_of(const http::response& response, http::date now, std::string_view secret) {
  exchange_facts facts;
  facts.status = response.status;
  if (const auto id = response.headers.find("request-id")) {
    facts.request_id = one_line(*id, max_id_size);
  } else if (const auto gateway = response.headers.find("apim-request-id")) {
    facts.request_id = one_line(*gateway, max_id_size);
  }
  hide_secret(facts.request_id, secret);
  const http::rate_limits limits = http::find_rate_limits(response.headers, now);
  if (!limits.empty()) facts.limits = std::make_shared<const http::rate_limits>(limits);
  return facts;
}

// why there is no token; a source that is left alone for a while need not be asked before
normalized_error no_token(const std::string& route, const token_result& why) {
  normalized_error error = resolve_credential_failure(route, why.error, why.retryable, why.detail);
  if (error.retryable && why.rest > duration::zero())
    error.retry_after = std::chrono::ceil<std::chrono::milliseconds>(why.rest);
  return error;
}

// What one attempt does between its waits, and what it keeps meanwhile. In plain functions: each variable
// of a coroutine has a place of its own in the frame, and ten thousand frames wait at once.
class attempt_steps {
 public:
  enum class next : std::uint8_t { over, read, stream, ask_again };

  attempt_steps(engine& self, flight& mine, operation op, encoded_request request)
      : self_(self),
        mine_(mine),
        on_(self.route(mine.route)),
        op_(op),
        request_(std::move(request)),
        token_(on_.definition.credential.token()) {}

  [[nodiscard]] const std::shared_ptr<token_cache>& tokens() const { return on_.tokens; }
  // with another route to go to, nobody waits for a source that is slow or in trouble
  [[nodiscard]] token_cache::patience patience() const {
    return self_.has_way_around(on_) ? token_cache::patience::none : token_cache::patience::all;
  }
  // false: there is none, and the attempt has failed
  [[nodiscard]] bool use(token_result fetched) {
    if (fetched.error) {
      fail(without(token_.secret(), no_token(name(), fetched)), {});
      return false;
    }
    token_ = std::move(fetched.token);
    return true;
  }
  // after a 401: the same; or false if the source has no other than the refused one
  [[nodiscard]] bool use_after_refusal(token_result fetched) {
    if (!fetched.error && fetched.token.secret() == token_.secret()) {
      fail(std::move(*refusal_), std::move(facts_));
      return false;
    }
    self_.exchange_failed(mine_, std::move(*refusal_), std::move(facts_));
    return use(std::move(fetched));
  }
  [[nodiscard]] const std::string& secret() const { return token_.secret(); }
  [[nodiscard]] const access_token& token() const { return token_; }

  // Writes the request, and hands it to the transport. Nothing if the attempt has failed, or was given up
  // while its credential was fetched.
  [[nodiscard]] std::optional<asio::awaitable<exchange_result>> ask() {
    facts_ = {};
    response_ = {};
    http::request written;
    std::string refused;
    try {
      written =
          on_.definition.write({op_, request_, on_.definition.models.on_route(request_.model()),
                                on_.definition.credential.type(), token_.secret()});
    } catch (...) {
      refused = writer_problem(std::current_exception());
    }
    if (!refused.empty()) {
      normalized_error error;
      error.route = name();
      error.category = category::bad_request;
      error.failover_worthy = true;  // it is this route that cannot say it
      error.cause = errc::rejected;
      error.message = refused;
      fail(without(token_.secret(), std::move(error)), {});
      return std::nullopt;
    }
    if (mine_.given_up()) {
      lost({make_error_code(asio::error::operation_aborted), false, {}});
      return std::nullopt;
    }
    written.send_once = written.send_once || !self_.retries_lost_answers();
    written.at_resend = [this] { self_.resent(mine_); };
    self_.sending(mine_);
    return on_.transport->exchange(std::move(written));
  }

  // the head has come, or nothing will
  [[nodiscard]] next begun(exchange_result& result) {
    if (result.error) {
      mine_.sent = result.error.sent;
      lost(result.error);
      return next::over;
    }
    response_.status = result.head.status;
    response_.headers = std::move(result.head.headers);
    facts_ = facts_of(response_, self_.today(), token_.secret());
    self_.head_came(mine_, facts_);
    if (op_ == operation::stream && fine()) return next::stream;
    return result.body->read_ready(response_.body) ? read_whole() : next::read;
  }
  exchange_facts take_facts() { return std::move(facts_); }
  http::response take_head() { return std::move(response_); }

  // the transport broke its promise not to throw; the call must not wait for its deadline
  void threw(const std::string& why) {
    if (const auto stream = mine_.stream.lock()) return stream->collapse(why);
    lost({make_error_code(errc::protocol_error), mine_.sent, why});
  }

  // between two reads, which have not heard of it
  [[nodiscard]] bool given_up() {
    if (!mine_.given_up()) return false;
    (void)ended({make_error_code(asio::error::operation_aborted), true, {}});
    return true;
  }
  [[nodiscard]] next more(const body_piece& piece) {
    response_.body.append(piece.bytes);
    if (piece.error) return ended(piece.error);
    return piece.last ? read_whole() : next::read;
  }

 private:
  [[nodiscard]] const std::string& name() const { return on_.definition.name; }
  [[nodiscard]] bool fine() const { return response_.status / 100 == 2; }

  void fail(normalized_error error, exchange_facts facts) {
    self_.failed(mine_, std::move(error), std::move(facts));
  }
  // no answer, or one that is not whole
  void lost(const transport_error& why) {
    normalized_error error =
        resolve_transport_failure(name(), why.code, why.sent || fine(), why.detail);
    error.request_id = facts_.request_id;
    fail(without(token_.secret(), std::move(error)), std::move(facts_));
  }
  // an error whose body was cut off is still that error
  [[nodiscard]] next ended(const transport_error& why) {
    if (!fine()) return refused();
    lost(why);
    return next::over;
  }
  [[nodiscard]] next read_whole() {
    if (!fine()) return refused();
    outcome answer;
    const unread wrong = read_answer(op_, response_.body, answer);
    if (wrong.why.empty()) {
      self_.answered(mine_, std::move(answer), std::move(facts_));
    } else {
      fail(why_unread(wrong), std::move(facts_));
    }
    return next::over;
  }
  [[nodiscard]] normalized_error why_unread(const unread& wrong) const {
    if (wrong.error_event.empty())
      return no_answer(on_, op_, response_, response_.body.size(), wrong.why, self_.today(),
                       token_.secret());
    return event_error(on_, wrong.error_event, facts_.request_id, self_.today(), token_.secret());
  }
  [[nodiscard]] next refused() {
    normalized_error error = without(token_.secret(), resolved(on_, response_, self_.today()));
    if (response_.status == 401 && on_.tokens && !std::exchange(refreshed_, true)) {
      refusal_ = std::make_unique<normalized_error>(std::move(error));
      return next::ask_again;
    }
    fail(std::move(error), std::move(facts_));
    return next::over;
  }

  engine& self_;
  flight& mine_;
  live_route& on_;
  operation op_;
  bool refreshed_ = false;
  encoded_request request_;
  access_token token_;
  http::response response_;
  exchange_facts facts_;                       // of its head
  std::unique_ptr<normalized_error> refusal_;  // a 401, while another token is fetched
};

asio::awaitable<attempt_steps::next> read_more(attempt_steps& steps, response_body& from) {
  const body_piece piece = co_await from.read();
  co_return steps.more(piece);
}

asio::awaitable<bool> fetch_token(attempt_steps& steps) {
  token_result fetched = co_await steps.tokens()->get(steps.patience());
  co_return steps.use(std::move(fetched));
}

asio::awaitable<bool> fetch_other_token(attempt_steps& steps) {
  token_result fetched =
      co_await steps.tokens()->refresh_after_refusal(steps.secret(), steps.patience());
  co_return steps.use_after_refusal(std::move(fetched));
}

}  // namespace

asio::awaitable<void> run_attempt(std::shared_ptr<engine> self, std::shared_ptr<flight> mine,
                                  operation op, encoded_request request) {
  using next = attempt_steps::next;
  // a cancelled attempt ends through its transport, as a value
  co_await asio::this_coro::throw_if_cancelled(false);
  attempt_steps steps(*self, *mine, op, std::move(request));
  std::string thrown;
  try {
    if (steps.tokens() && !co_await fetch_token(steps)) co_return;
    while (mine->owner) {
      auto asked = steps.ask();
      if (!asked) co_return;
      exchange_result begun = co_await std::move(*asked);
      next then = steps.begun(begun);
      while (then == next::read) {
        if (steps.given_up()) co_return;
        then = co_await read_more(steps, *begun.body);
      }
      if (then == next::over) co_return;
      if (then == next::stream) {
        auto streaming = run_stream(self, mine, std::move(begun.body), steps.take_head(),
                                    steps.take_facts(), steps.token());
        co_await std::move(streaming);
        co_return;
      }
      if (!co_await fetch_other_token(steps)) co_return;
    }
    co_return;
  } catch (...) {
    thrown = transport_problem(std::current_exception());
  }
  steps.threw(thrown);
}

}  // namespace reroute::detail
