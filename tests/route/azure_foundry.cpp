// The route to Claude in Microsoft Foundry: what it writes, to the byte, and what it refuses.
#include <reroute/route/azure_foundry.hpp>

#include "tests/route/refused.hpp"
#include "tests/route/requests.hpp"

#include <string>

using Catch::Matchers::Contains;
using reroute::azure_foundry;
using reroute::azure_foundry_options;
using reroute::credential;
using reroute::own_agent;
using reroute::question;
using reroute::refused;
using reroute::written;

namespace {

const std::string agent_line = "user-agent: " + std::string(own_agent) + "\n";
const std::string canary = "azure-CANARY-0123456789";

std::string url_of(azure_foundry_options options) {
  options.api_key = "k";
  const std::string text = written(azure_foundry(std::move(options)), question());
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("a request to Foundry with a key") {
  const auto route = azure_foundry(
      {.resource = "contoso", .api_key = canary, .models = {{"claude-opus-4-8", "opus-prod"}}});
  CHECK(route.name == "azure");
  CHECK(written(route, question()) ==
        "POST https://contoso.services.ai.azure.com/anthropic/v1/messages\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2023-06-01\n"
        "x-api-key: " +
            canary + "\n" + agent_line + "\n" +
            R"({"model":"opus-prod","max_tokens":1,"messages":[]})");
}

TEST_CASE("a request to Foundry with an Entra token, betas, version and extra headers") {
  reroute::http::headers extra;
  extra.add("ocp-apim-subscription-key", "sub");
  const auto route = azure_foundry({.resource = "contoso",
                                    .credential = credential::bearer("eyJ0.e30.c2ln"),
                                    .version = "2026-10-21",
                                    .betas = {"b1"},
                                    .name = "west",
                                    .extra_headers = extra});
  CHECK(route.name == "west");
  CHECK(written(route, question({"b2", "b1"}), reroute::operation::count_tokens) ==
        "POST https://contoso.services.ai.azure.com/anthropic/v1/messages/count_tokens\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-version: 2026-10-21\n"
        "anthropic-beta: b1,b2\n"
        "authorization: Bearer eyJ0.e30.c2ln\n" +
            agent_line + "ocp-apim-subscription-key: sub\n\n" +
            R"({"model":"claude-opus-4-8","max_tokens":1,"messages":[]})");
}

TEST_CASE("a key goes into exactly one header, which a gateway may choose") {
  const std::string text = written(
      azure_foundry({.resource = "r", .api_key = "secret", .key_header = "api-key"}), question());
  CHECK_THAT(text, Contains("\napi-key: secret\n") && !Contains("x-api-key"));
  CHECK_THAT(written(azure_foundry({.resource = "r",
                                    .api_key = "secret",
                                    .key_header = "Ocp-Apim-Subscription-Key"}),
                     question()),
             Contains("\nOcp-Apim-Subscription-Key: secret\n") && !Contains("api-key"));
}

TEST_CASE("an OAuth token of Anthropic means nothing to Azure") {
  CHECK_THAT(written(azure_foundry({.resource = "r", .api_key = "sk-ant-oat01-x"}), question()),
             Contains("\nx-api-key: sk-ant-oat01-x\n") && !Contains("oauth"));
}

TEST_CASE("every form of a Foundry URL") {
  const std::string azure = "POST https://contoso.services.ai.azure.com/anthropic/v1/messages";
  CHECK(url_of({.resource = "contoso"}) == azure);
  CHECK(url_of({.resource = "Contoso-2"}) ==
        "POST https://contoso-2.services.ai.azure.com/anthropic/v1/messages");
  CHECK(url_of({.base_url = "https://contoso.services.ai.azure.com/anthropic"}) == azure);
  CHECK(url_of({.base_url = "https://contoso.services.ai.azure.com/anthropic/"}) == azure);
  CHECK(url_of({.base_url = "https://contoso.services.ai.azure.com"}) == azure);
  CHECK(url_of({.base_url = "https://contoso.services.ai.azure.com/"}) == azure);
  CHECK(url_of({.base_url = "https://contoso.openai.azure.com/anthropic"}) ==
        "POST https://contoso.openai.azure.com/anthropic/v1/messages");
  // a gateway's path is the gateway's business
  CHECK(url_of({.base_url = "https://gw.example/llm/claude/"}) ==
        "POST https://gw.example/llm/claude/v1/messages");
  CHECK(url_of({.base_url = "https://gw.example"}) ==
        "POST https://gw.example/anthropic/v1/messages");
  CHECK(url_of({.base_url = "https://gw.example", .base_url_is_complete = true}) ==
        "POST https://gw.example/v1/messages");
  CHECK(url_of({.base_url = "http://localhost:8080", .allow_plain_http = true}) ==
        "POST http://localhost:8080/anthropic/v1/messages");
  // what Azure may add one day can be said in full
  CHECK(url_of({.base_url = "https://r.services.ai.azure.com/new", .base_url_is_complete = true}) ==
        "POST https://r.services.ai.azure.com/new/v1/messages");
}

TEST_CASE("what is wrong with the options of Foundry is told by name, with its cure") {
  const auto why = [](azure_foundry_options options) {
    return refused([&] { (void)azure_foundry(std::move(options)); });
  };
  CHECK_THAT(why({.api_key = "k"}),
             Contains("azure_foundry_options.resource is empty") && Contains("base_url"));
  CHECK_THAT(why({.resource = "r", .base_url = "https://x", .api_key = "k"}),
             Contains("both resource and base_url"));
  CHECK_THAT(why({.resource = "r"}),
             Contains("azure_foundry_options.api_key is empty") && Contains("credential"));
  CHECK_THAT(why({.resource = "r", .api_key = "k", .credential = credential::bearer("t")}),
             Contains("both api_key and credential"));
  CHECK_THAT(why({.resource = "r", .api_key = canary + "\r\n"}),
             Contains("azure_foundry_options.api_key ends in a line break") && !Contains("CANARY"));
  for (const std::string name : {"contoso.services.ai.azure.com", "https://contoso", "-a", "a-",
                                 "a b", "a/b", "a\n", "a@b", "\xc3\xa4", "a_b"}) {
    CAPTURE(name);
    CHECK_THAT(why({.resource = name, .api_key = "k"}),
               Contains("azure_foundry_options.resource") && Contains("base_url"));
  }
  CHECK_THAT(why({.resource = std::string(64, 'a'), .api_key = "k"}), Contains(".resource"));
  CHECK_THAT(why({.base_url = "http://x", .api_key = "k"}), Contains("allow_plain_http"));
  CHECK_THAT(why({.base_url = "https://x/anthropic/v1", .api_key = "k"}), Contains("\"/v1\""));
  CHECK_THAT(why({.base_url = "https://c.services.ai.azure.com/api/projects/p", .api_key = "k"}),
             Contains("azure_foundry_options.base_url") && Contains("/anthropic"));
  CHECK_THAT(why({.base_url = "https://x?api-version=1", .api_key = "k"}), Contains("query"));
  CHECK_THAT(why({.resource = "r", .api_key = "k", .version = ""}), Contains(".version"));
  CHECK_THAT(why({.resource = "r", .api_key = "k", .name = ""}), Contains(".name is empty"));
  for (const std::string name : {"", "a b", "x\r\ny", "authorization", "Host", "content-type"}) {
    CAPTURE(name);
    CHECK_THAT(why({.resource = "r", .api_key = "k", .key_header = name}),
               Contains("azure_foundry_options.key_header"));
  }
  reroute::http::headers extra;
  extra.add("My-Key", "1");
  CHECK_THAT(why({.resource = "r", .api_key = "k", .extra_headers = extra, .key_header = "my-key"}),
             Contains("extra_headers must not hold my-key"));
}

TEST_CASE("a missing deployment is worth another route only where that is asked for") {
  const reroute::http::response missing{404, {}, R"({"error":{"code":"DeploymentNotFound"}})"};
  const reroute::http::response refusal{403, {}, ""};
  const auto careful = azure_foundry({.resource = "r", .api_key = "k"});
  CHECK_FALSE(careful.resolve(missing, {}).failover_worthy);
  CHECK_FALSE(careful.resolve(refusal, {}).failover_worthy);
  CHECK(careful.resolve(missing, {}).route == "azure");
  const auto bold = azure_foundry({.resource = "r",
                                   .api_key = "k",
                                   .failover_on_auth = true,
                                   .failover_on_missing_deployment = true});
  CHECK(bold.resolve(missing, {}).failover_worthy);
  CHECK(bold.resolve(refusal, {}).failover_worthy);
}
