// A third route by hand, as the comment of `route` shows it.
#include <reroute/route/route.hpp>

#include "tests/route/requests.hpp"
#include "tests/support/catch.hpp"

#include <string>

TEST_CASE("a further provider is one writer and one resolver more") {
  reroute::route lab;
  lab.name = "lab";
  lab.credential = reroute::credential::bearer("token");
  lab.models = {{"claude-opus-4-8", "opus"}};
  lab.write = [url = reroute::http::parse_url("https://lab.example/claude")](
                  const reroute::write_context& context) {
    reroute::http::request out;
    out.method = "POST";
    out.url = url.join(context.op == reroute::operation::count_tokens ? "/count" : "/ask");
    out.headers.add("content-type", "application/json");
    out.headers.add("authorization", "Bearer " + std::string(context.secret));
    out.body = context.request.body_for(context.model);  // shared, not copied
    return out;
  };
  lab.resolve = [](const reroute::http::response& response, reroute::http::date) {
    reroute::normalized_error error;  // or begin with what anthropic_resolver makes of it
    error.route = "lab";
    error.status = response.status;
    error.category = reroute::category::server;
    error.retryable = error.failover_worthy = response.status >= 500;
    return error;
  };
  CHECK(reroute::written(lab, reroute::question()) ==
        "POST https://lab.example/claude/ask\n"
        "content-type: application/json\n"
        "authorization: Bearer token\n\n"
        R"({"model":"opus","max_tokens":1,"messages":[]})");
  CHECK(lab.resolve({503, {}, ""}, {}).failover_worthy);
  CHECK_FALSE(lab.resolve({400, {}, ""}, {}).retryable);
}
