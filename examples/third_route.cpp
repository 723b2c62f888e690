// A third route: one request writer and one resolver more; the loop above them stays untouched.
#include <reroute/reroute.hpp>

#include "examples/support/errors.hpp"
#include "examples/support/place.hpp"

#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>

#include <exception>
#include <iostream>

// [third]
// an in-house gateway that speaks the Messages API, but signs and refuses in its own way
reroute::route house_gateway(const std::string& base, const std::string& team_key) {
  const reroute::http::url endpoint = reroute::http::parse_url(base, "house_gateway.base");
  reroute::route gateway;
  gateway.name = "house";
  gateway.credential = reroute::credential::key(team_key);
  gateway.models = {{"claude-opus-4-8", "opus"}};
  gateway.write = [endpoint](const reroute::write_context& asked) {
    reroute::http::request out;
    out.method = "POST";
    out.url =
        endpoint.join(asked.op == reroute::operation::count_tokens ? "/v1/messages/count_tokens"
                                                                   : "/v1/messages");
    out.headers = {{"content-type", "application/json"}, {"anthropic-version", "2023-06-01"}};
    out.headers.add("x-api-key", asked.secret);
    out.body = asked.request.body_for(asked.model);
    return out;
  };
  gateway.resolve = [usual = reroute::anthropic_resolver({.route = "house"})](
                        const reroute::http::response& answer, reroute::http::date now) {
    reroute::normalized_error error = usual(answer, now);
    if (answer.status == 420) {  // this gateway's own word for "enhance your calm"
      error.category = reroute::category::rate_limit;
      error.retryable = error.failover_worthy = true;
    }
    return error;
  };
  return gateway;
}
// [third]

asio::awaitable<void> ask(reroute::client& claude) {
  auto question = reroute::message_request("claude-opus-4-8").max_tokens(64).user("Hello?");
  const reroute::message reply = co_await claude.create(question);
  std::cout << "answered via " << reply.route() << '\n';
}

int main() try {
  const examples::place here;
  asio::io_context io;
  reroute::client claude(io, {.routes = {house_gateway(here.anthropic_url(), here.anthropic_key())},
                              .https = here.https()});
  asio::co_spawn(io, ask(claude), examples::rethrow);
  io.run();
} catch (const std::exception& problem) {
  return examples::report(problem);
}
