// The route to Anthropic direct: what it writes, to the byte, and what it refuses.
#include <reroute/route/anthropic.hpp>

#include "tests/route/refused.hpp"
#include "tests/route/requests.hpp"

#include <string>

using Catch::Matchers::Contains;
using reroute::anthropic;
using reroute::anthropic_options;
using reroute::credential;
using reroute::own_agent;
using reroute::question;
using reroute::refused;
using reroute::written;

namespace {

const std::string agent_line = "user-agent: " + std::string(own_agent) + "\n";
const std::string body =
    "\n"
    R"({"model":"claude-opus-4-8","max_tokens":1,"messages":[]})";
const std::string canary = "sk-ant-api03-CANARY-0123456789";

}  // namespace

TEST_CASE("a request to Anthropic with an API key") {
  const auto route = anthropic({.api_key = canary});
  CHECK(route.name == "anthropic");
  CHECK(written(route, question()) ==
        "POST https://api.anthropic.com/v1/messages\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2023-06-01\n"
        "x-api-key: " +
            canary + "\n" + agent_line + body);
}

TEST_CASE("a request to Anthropic with a bearer token") {
  CHECK(written(anthropic({.credential = credential::bearer("tok")}), question()) ==
        "POST https://api.anthropic.com/v1/messages\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2023-06-01\n"
        "authorization: Bearer tok\n" +
            agent_line + body);
}

TEST_CASE("an OAuth token goes as a bearer token with its beta, wherever it was given") {
  const std::string token = "sk-ant-oat01-abc";
  const std::string expected =
      "POST https://api.anthropic.com/v1/messages\n"
      "content-type: application/json\n"
      "accept: application/json\n"
      "anthropic-version: 2023-06-01\n"
      "anthropic-beta: oauth-2025-04-20\n"
      "authorization: Bearer sk-ant-oat01-abc\n" +
      agent_line + body;
  CHECK(written(anthropic({.api_key = token}), question()) == expected);
  CHECK(written(anthropic({.credential = credential::key(token)}), question()) == expected);
  CHECK(written(anthropic({.credential = credential::bearer(token)}), question()) == expected);
  SECTION("from a source as well, where it is known only when it is sent") {
    const auto source = []() -> asio::awaitable<reroute::access_token> {
      co_return reroute::access_token("unused");
    };
    const auto route = anthropic({.credential = credential::bearer(source)});
    CHECK(written(route, question(), reroute::operation::create, token) == expected);
  }
  SECTION("and the beta is not doubled") {
    const auto route = anthropic({.api_key = token, .betas = {"a", "oauth-2025-04-20"}});
    CHECK_THAT(written(route, question()), Contains("\nanthropic-beta: a,oauth-2025-04-20\n"));
  }
}

TEST_CASE("tokens are counted at a path of their own") {
  const auto route = anthropic({.api_key = "k"});
  CHECK(written(route, question(), reroute::operation::count_tokens) ==
        "POST https://api.anthropic.com/v1/messages/count_tokens\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2023-06-01\n"
        "x-api-key: k\n" +
            agent_line + body);
}

TEST_CASE("betas of the route and of the request are one list without doubles") {
  const auto route = anthropic({.api_key = "k", .betas = {"a", "b", "a"}});
  CHECK_THAT(written(route, question()), Contains("\nanthropic-beta: a,b\n"));
  CHECK_THAT(written(route, question({"b", "c"})), Contains("\nanthropic-beta: a,b,c\n"));
  CHECK_THAT(written(route, question({"c, a,d", ""})), Contains("\nanthropic-beta: a,b,c,d\n"));
  // a name that is part of another is another name
  CHECK_THAT(written(route, question({"aa"})), Contains("\nanthropic-beta: a,b,aa\n"));
  CHECK_THAT(written(anthropic({.api_key = "k"}), question({"c"})),
             Contains("\nanthropic-beta: c\n"));
}

TEST_CASE("a beta of a request cannot bring a header of its own") {
  const auto route = anthropic({.api_key = "k"});
  CHECK_THROWS_AS(written(route, question({"a\r\nx-evil: 1"})), std::invalid_argument);
}

TEST_CASE("a token that no header can hold is not written, nor repeated") {
  const auto route = anthropic({.credential = credential::bearer("t")});
  const std::string why = refused(
      [&] { (void)written(route, question(), reroute::operation::create, canary + "\nx: 1"); });
  CHECK_THAT(why, !Contains("CANARY"));
}

TEST_CASE("version, extra headers and model names are the route's own") {
  reroute::http::headers extra;
  extra.add("X-Team", "blue").add("x-team", "green");
  const auto route = anthropic({.api_key = "k",
                                .version = "2026-10-21",
                                .models = {{"claude-opus-4-8", "opus-here"}},
                                .name = "first",
                                .extra_headers = extra});
  CHECK(route.name == "first");
  CHECK(written(route, question()) ==
        "POST https://api.anthropic.com/v1/messages\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2026-10-21\n"
        "x-api-key: k\n" +
            agent_line + "X-Team: blue\nx-team: green\n\n" +
            R"({"model":"opus-here","max_tokens":1,"messages":[]})");
}

TEST_CASE("the base URL of Anthropic may be a gateway's") {
  const auto url_of = [](std::string base) {
    const std::string text =
        written(anthropic({.api_key = "k", .base_url = std::move(base)}), question());
    return text.substr(0, text.find('\n'));
  };
  CHECK(url_of("https://gw.example") == "POST https://gw.example/v1/messages");
  CHECK(url_of("https://gw.example:8443/") == "POST https://gw.example:8443/v1/messages");
  CHECK(url_of("https://gw.example/llm/claude") ==
        "POST https://gw.example/llm/claude/v1/messages");
  CHECK(url_of("https://gw.example/llm//") == "POST https://gw.example/llm/v1/messages");
  CHECK(url_of("https://gw.example/v1x") == "POST https://gw.example/v1x/v1/messages");
  CHECK(url_of("https://[::1]:8443/a") == "POST https://[::1]:8443/a/v1/messages");
}

TEST_CASE("plain http needs a word") {
  CHECK_THAT(
      refused([] { (void)anthropic({.api_key = "k", .base_url = "http://127.0.0.1:8080"}); }),
      Contains("anthropic_options.base_url") && Contains("https://") &&
          Contains("allow_plain_http"));
  const auto route =
      anthropic({.api_key = "k", .base_url = "http://127.0.0.1:8080", .allow_plain_http = true});
  CHECK_THAT(written(route, question()), Contains("POST http://127.0.0.1:8080/v1/messages\n"));
}

TEST_CASE("what is wrong with the options of Anthropic is told by name, with its cure") {
  const auto why = [](anthropic_options options) {
    return refused([&] { (void)anthropic(std::move(options)); });
  };
  CHECK_THAT(why({}), Contains("anthropic_options.api_key is empty") && Contains("credential"));
  CHECK_THAT(why({.api_key = "k", .credential = credential::bearer("t")}),
             Contains("both api_key and credential"));
  CHECK_THAT(why({.api_key = canary + "\n"}),
             Contains("anthropic_options.api_key ends in a line break") && Contains("trim") &&
                 !Contains("CANARY"));
  CHECK_THAT(why({.api_key = " " + canary}),
             Contains("anthropic_options.api_key has white space") && !Contains("CANARY"));
  CHECK_THAT(why({.api_key = "k", .base_url = ""}), Contains("anthropic_options.base_url"));
  CHECK_THAT(why({.api_key = "k", .base_url = "api.anthropic.com"}),
             Contains("anthropic_options.base_url") && Contains("https://"));
  CHECK_THAT(why({.api_key = "k", .base_url = "ftp://x"}), Contains("anthropic_options.base_url"));
  CHECK_THAT(why({.api_key = "k", .base_url = "https://u:" + canary + "@x"}),
             Contains("anthropic_options.base_url") && !Contains("CANARY"));
  CHECK_THAT(why({.api_key = "k", .base_url = "https://x/?key=" + canary}),
             Contains("query") && Contains("extra_headers") && !Contains("CANARY"));
  CHECK_THAT(why({.api_key = "k", .base_url = "https://api.anthropic.com/v1"}),
             Contains("\"/v1\"") && Contains("appended"));
  CHECK_THAT(why({.api_key = "k", .base_url = "https://api.anthropic.com/v1/messages/"}),
             Contains("\"/v1\""));
  CHECK_THAT(why({.api_key = "k", .version = ""}), Contains("anthropic_options.version"));
  CHECK_THAT(why({.api_key = "k", .version = "1\r\nx: y"}), Contains("anthropic_options.version"));
  CHECK_THAT(why({.api_key = "k", .betas = {"a", ""}}), Contains("anthropic_options.betas"));
  CHECK_THAT(why({.api_key = "k", .betas = {"a,b"}}), Contains("one name in each entry"));
  CHECK_THAT(why({.api_key = "k", .betas = {"a\nb"}}), Contains("anthropic_options.betas"));
  CHECK_THAT(why({.api_key = "k", .name = ""}), Contains("anthropic_options.name is empty"));
  CHECK_THAT(why({.api_key = "k", .name = "a\nb"}), Contains("anthropic_options.name"));
}

TEST_CASE("extra headers cannot contradict what the route or the transport sets") {
  for (const std::string name : {"X-Api-Key",
                                 "api-key",
                                 "Authorization",
                                 "proxy-authorization",
                                 "Anthropic-Version",
                                 "anthropic-beta",
                                 "Content-Type",
                                 "content-encoding",
                                 "accept",
                                 "user-agent",
                                 "accept-encoding",
                                 "Host",
                                 "content-length",
                                 "Transfer-Encoding",
                                 "connection",
                                 "keep-alive",
                                 "te",
                                 "trailer",
                                 "upgrade",
                                 "expect"}) {
    CAPTURE(name);
    reroute::http::headers extra;
    extra.add("x-fine", "1").add(name, canary);
    const std::string why =
        refused([&] { (void)anthropic({.api_key = "k", .extra_headers = extra}); });
    CHECK_THAT(why, Contains("anthropic_options.extra_headers must not hold"));
    CHECK_THAT(why, Contains(name, Catch::CaseSensitive::No));
    CHECK_THAT(why, !Contains("CANARY"));
  }
}

TEST_CASE("a refused key reaches no other route unless asked to") {
  const reroute::http::response refusal{401, {}, ""};
  const reroute::http::response missing{404, {}, ""};
  const auto careful = anthropic({.api_key = "k"});
  CHECK(careful.resolve(refusal, {}).category == reroute::category::auth);
  CHECK_FALSE(careful.resolve(refusal, {}).failover_worthy);
  CHECK_FALSE(careful.resolve(missing, {}).failover_worthy);
  CHECK(careful.resolve(refusal, {}).route == "anthropic");
  const auto bold = anthropic(
      {.api_key = "k", .name = "b", .failover_on_auth = true, .failover_on_not_found = true});
  CHECK(bold.resolve(refusal, {}).failover_worthy);
  CHECK(bold.resolve(missing, {}).failover_worthy);
  CHECK(bold.resolve(missing, {}).route == "b");
}
