// The coroutine of one attempt. It makes no decision: the machines do.
#include "client/run_attempt.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/rate_limits.hpp>

#include "client/attempt_errors.hpp"
#include "client/engine.hpp"
#include "client/run_stream.hpp"
#include "error/text.hpp"
#include "http/text.hpp"
#include "route/secret.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <chrono>
#include <exception>
#include <utility>

namespace reroute::detail {
namespace {

// a response read whole, or why not
struct reading {
  reading() = default;
  transport_error error;
  http::response response;
  exchange_facts facts;                   // of the head, if one came
  std::unique_ptr<response_body> stream;  // of a good head whose body is a stream: not read yet
};

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

bool is_event_stream(const http::headers& fields) {
  const auto type = fields.find("content-type");
  return type && http::begins_with(*type, "text/event-stream");
}

asio::awaitable<reading> exchange(engine& self, flight& mine, http::request request,
                                  const access_token& token, bool streams) {
  reading whole;
  if (mine.given_up()) {  // while its credential was fetched
    whole.error.code = asio::error::operation_aborted;
    co_return whole;
  }
  request.send_once = request.send_once || !self.retries_lost_answers();
  self.sending(mine);
  exchange_result begun = co_await self.route(mine.route).transport->exchange(std::move(request));
  if (begun.error) {
    mine.sent = begun.error.sent;
    whole.error = std::move(begun.error);
    co_return whole;
  }
  whole.response.status = begun.head.status;
  whole.response.headers = std::move(begun.head.headers);
  whole.facts = facts_of(whole.response, self.today(), token.secret());
  self.head_came(mine, whole.facts);
  if (streams && whole.response.status / 100 == 2 && is_event_stream(whole.response.headers)) {
    whole.stream = std::move(begun.body);
    co_return whole;
  }
  for (bool last = false; !last;) {
    if (mine.given_up()) {  // between two reads, which have not heard of it
      whole.error.code = asio::error::operation_aborted;
      whole.error.sent = true;
      co_return whole;
    }
    body_piece piece = co_await begun.body->read();
    whole.response.body.append(piece.bytes);
    last = piece.last || piece.error;
    whole.error = std::move(piece.error);
  }
  co_return whole;
}

// an answer of the operation; or the reason why a 200 is none
std::string read_answer(operation op, const std::string& body, outcome& into) {
  std::string why;
  if (op == operation::stream) return "it is no event stream";
  if (op == operation::create) {
    into.answer = message::parse(body, &why);
    return into.answer ? std::string() : why;
  }
  into.tokens = token_count::parse(body, &why);
  return into.tokens ? std::string() : why;
}

// what the route's own code says about a response; it must not throw, but whose code is without a
// slip?
normalized_error resolved(const live_route& on, const http::response& response, http::date now) {
  try {
    return on.definition.resolve(response, now);
  } catch (...) {
    normalized_error error;
    error.route = on.definition.name;
    error.status = response.status;
    error.category = category::server;
    error.message = "the route's resolver threw";
    return error;
  }
}

// why there is no token; a source that is left alone for a while need not be asked before
normalized_error no_token(const std::string& route, const token_result& why) {
  normalized_error error = resolve_credential_failure(route, why.error, why.retryable, why.detail);
  if (error.retryable && why.rest > duration::zero())
    error.retry_after = std::chrono::ceil<std::chrono::milliseconds>(why.rest);
  return error;
}

// why a 2xx is no answer: an error that hides in it, if the route can name it
normalized_error no_answer(const live_route& on, const http::response& response, http::date now,
                           const std::string& why) {
  normalized_error said = resolved(on, response, now);
  const bool unknown =
      !said || (said.category == category::server && !said.retryable && !said.failover_worthy);
  if (!unknown && !said.raw_code.empty()) return said;
  normalized_error error = resolve_transport_failure(
      on.definition.name, make_error_code(errc::malformed_answer), true, why);
  error.request_id = std::move(said.request_id);
  error.gateway_request_id = std::move(said.gateway_request_id);
  return error;
}

}  // namespace

asio::awaitable<void> run_attempt(std::shared_ptr<engine> self, std::shared_ptr<flight> mine,
                                  operation op, encoded_request request) {
  // a cancelled attempt ends through its transport, as a value
  co_await asio::this_coro::throw_if_cancelled(false);
  live_route& on = self->route(mine->route);
  const std::string& name = on.definition.name;

  access_token token = on.definition.credential.token();
  // with another route to go to, nobody waits for a source that is slow or in trouble
  const auto patience =
      self->has_way_around(on) ? token_cache::patience::none : token_cache::patience::all;
  if (on.tokens) {
    token_result fetched = co_await on.tokens->get(patience);
    if (fetched.error) {
      self->failed(*mine, no_token(name, fetched), {});
      co_return;
    }
    token = std::move(fetched.token);
  }

  for (bool refreshed = !on.tokens; mine->owner;) {
    const write_context context{op, request, on.definition.models.on_route(request.model()),
                                on.definition.credential.type(), token.secret()};
    http::request written;
    std::string refused;
    try {
      written = on.definition.write(context);
    } catch (const std::exception& problem) {
      refused = problem.what();
    } catch (...) {
      refused = "the route's writer threw";
    }
    if (!refused.empty()) {
      normalized_error error;
      error.route = name;
      error.category = category::bad_request;
      error.failover_worthy = true;  // it is this route that cannot say it
      error.cause = errc::rejected;
      error.message = one_line(refused);
      self->failed(*mine, without(token.secret(), std::move(error)), {});
      co_return;
    }

    const bool streams = op == operation::stream;
    reading whole = co_await exchange(*self, *mine, std::move(written), token, streams);
    if (whole.stream) {
      co_await run_stream(self, mine, std::move(whole.stream), std::move(whole.facts),
                          std::move(token));
      co_return;
    }
    const http::response& response = whole.response;
    const bool fine = response.status / 100 == 2;
    if (response.status == 0 || (fine && whole.error)) {
      normalized_error error = resolve_transport_failure(
          name, whole.error.code, whole.error.sent || fine, whole.error.detail);
      error.request_id = whole.facts.request_id;
      self->failed(*mine, without(token.secret(), std::move(error)), std::move(whole.facts));
      co_return;
    }
    if (fine) {
      outcome answer;
      std::string why = read_answer(op, response.body, answer);
      if (why.empty()) {
        self->answered(*mine, std::move(answer), std::move(whole.facts));
      } else {
        normalized_error error = no_answer(on, response, self->today(), why);
        self->failed(*mine, without(token.secret(), std::move(error)), std::move(whole.facts));
      }
      co_return;
    }
    // an error whose body was cut off is still that error
    normalized_error error = without(token.secret(), resolved(on, response, self->today()));
    if (response.status != 401 || refreshed) {
      self->failed(*mine, std::move(error), std::move(whole.facts));
      co_return;
    }
    refreshed = true;
    token_result fetched = co_await on.tokens->refresh_after_refusal(token.secret(), patience);
    if (!fetched.error && fetched.token.secret() == token.secret()) {
      self->failed(*mine, std::move(error), std::move(whole.facts));  // the source has no other
      co_return;
    }
    self->exchange_failed(*mine, std::move(error), std::move(whole.facts));
    if (fetched.error) {
      self->failed(*mine, without(token.secret(), no_token(name, fetched)), {});
      co_return;
    }
    token = std::move(fetched.token);
  }
}

}  // namespace reroute::detail
