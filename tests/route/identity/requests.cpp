// Every request to a token endpoint, byte for byte.
#include <reroute/route/token_fetch.hpp>

#include "route/identity/arc.hpp"
#include "route/identity/entra_requests.hpp"
#include "route/identity/federation_requests.hpp"
#include "route/identity/form.hpp"
#include "route/identity/identity_place.hpp"
#include "tests/route/identity/data.hpp"

#include <map>
#include <optional>

using Catch::Matchers::Contains;
using namespace reroute;
using namespace reroute::detail;

namespace {

entra_app app(std::string_view authority = "https://login.microsoftonline.com") {
  return {"contoso.onmicrosoft.com", "11111111-2222-3333-4444-555555555555",
          "https://ai.azure.com/.default", http::parse_url(authority)};
}

using variables = std::map<std::string, std::string, std::less<>>;

identity_place place(const variables& set, bool arc_agent = false) {
  return find_identity_place(
      [&](std::string_view name) -> std::optional<std::string> {
        const auto found = set.find(name);
        return found == set.end() ? std::nullopt : std::optional(found->second);
      },
      arc_agent);
}

std::string asked(const variables& set, const user_assigned& who = {}, bool arc_agent = false) {
  return text_of(identity_request(place(set, arc_agent), "https://ai.azure.com/.default", who));
}

template <class Action>
std::string failed(Action&& action) {
  try {
    action();
  } catch (const token_error& problem) {
    CHECK_FALSE(problem.retryable());
    return problem.what();
  }
  FAIL("nothing failed");
  return {};
}

user_assigned by_client() { return {"c-1", {}, {}}; }
user_assigned by_object() { return {{}, "o-1", {}}; }
user_assigned by_resource() { return {{}, {}, "/subscriptions/s/id"}; }

const std::string agent(own_agent);

}  // namespace

TEST_CASE("percent-encoding leaves letters, digits and four marks") {
  std::string out;
  append_form_field(out, "a", "AZaz09-._~");
  append_form_field(out, "b", " +&=/%\xc3\xa9\n");
  CHECK(out == "a=AZaz09-._~&b=%20%2B%26%3D%2F%25%C3%A9%0A");
  std::string query = "/path?";
  append_form_field(query, "x", "");
  CHECK(query == "/path?x=");
}

TEST_CASE("a client secret goes to Entra as a form") {
  CHECK(text_of(secret_grant(app(), "s3c/ret~+")) ==
        "POST https://login.microsoftonline.com/contoso.onmicrosoft.com/oauth2/v2.0/token\n"
        "content-type: application/x-www-form-urlencoded;charset=utf-8\n"
        "accept: application/json\n"
        "user-agent: " +
            agent +
            "\n\n"
            "client_id=11111111-2222-3333-4444-555555555555&scope=https%3A%2F%2Fai.azure.com%2F."
            "default"
            "&grant_type=client_credentials&client_secret=s3c%2Fret~%2B");
}

TEST_CASE("a federated token goes to Entra as an assertion, in every cloud") {
  for (const std::string authority :
       {"https://login.microsoftonline.com", "https://login.microsoftonline.us",
        "https://login.chinacloudapi.cn"}) {
    CHECK(text_of(assertion_grant(app(authority), "a.b.c")) ==
          "POST " + authority +
              "/contoso.onmicrosoft.com/oauth2/v2.0/token\n"
              "content-type: application/x-www-form-urlencoded;charset=utf-8\n"
              "accept: application/json\n"
              "user-agent: " +
              agent +
              "\n\n"
              "client_id=11111111-2222-3333-4444-555555555555"
              "&scope=https%3A%2F%2Fai.azure.com%2F.default&grant_type=client_credentials"
              "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-"
              "bearer"
              "&client_assertion=a.b.c");
  }
}

TEST_CASE("an identity token is exchanged at Anthropic") {
  federation_rule rule;
  rule.base = http::parse_url("https://api.anthropic.com");
  rule.rule_id = "fdrl_1";
  rule.organization_id = "0a-1b";
  const std::string head =
      "POST https://api.anthropic.com/v1/oauth/token\n"
      "content-type: application/json\n"
      "accept: application/json\n"
      "anthropic-beta: oauth-2025-04-20,oidc-federation-2026-04-01\n"
      "user-agent: " +
      agent + "\n\n";
  const std::string body =
      R"({"grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","assertion":"a.b.c",)"
      R"("federation_rule_id":"fdrl_1","organization_id":"0a-1b")";
  CHECK(text_of(federation_exchange(rule, "a.b.c")) == head + body + "}");
  rule.service_account_id = "svac_1";
  rule.workspace_id = "default";
  CHECK(text_of(federation_exchange(rule, "a.b.c")) ==
        head + body + R"(,"service_account_id":"svac_1","workspace_id":"default"})");
}

TEST_CASE("a refresh token is redeemed at Anthropic, without the beta of federation") {
  CHECK(text_of(refresh_grant(http::parse_url("https://api.anthropic.com"), "r\"1", "client")) ==
        "POST https://api.anthropic.com/v1/oauth/token\n"
        "content-type: application/json\n"
        "accept: application/json\n"
        "anthropic-beta: oauth-2025-04-20\n"
        "user-agent: " +
            agent +
            "\n\n"
            R"({"grant_type":"refresh_token","refresh_token":"r\"1","client_id":"client"})");
}

TEST_CASE("IMDS is asked in the clear, with Metadata and no more") {
  const std::string tail =
      "\nmetadata: true\naccept: application/json\nuser-agent: " + agent + "\n\n";
  const std::string url =
      "GET http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
      "&resource=https%3A%2F%2Fai.azure.com";
  CHECK(asked({}) == url + tail);
  CHECK(asked({}, by_client()) == url + "&client_id=c-1" + tail);
  CHECK(asked({}, by_object()) == url + "&object_id=o-1" + tail);
  CHECK(asked({}, by_resource()) == url + "&msi_res_id=%2Fsubscriptions%2Fs%2Fid" + tail);
  CHECK(asked({{"IDENTITY_ENDPOINT", "http://127.0.0.1/x"}}) ==
        url + tail);  // alone it says nothing
  CHECK(asked({{"AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:5000"}}) ==
        "GET http://127.0.0.1:5000/metadata/identity/oauth2/token?api-version=2018-02-01"
        "&resource=https%3A%2F%2Fai.azure.com" +
            tail);
  CHECK(text_of(imds_probe(place({}))) ==
        "GET http://169.254.169.254/metadata/identity/oauth2/token\naccept: application/json\n"
        "user-agent: " +
            agent + "\n\n");
}

TEST_CASE("App Service and Container Apps are asked with their header") {
  const variables set = {{"IDENTITY_ENDPOINT", "http://localhost:8081/msi/token"},
                         {"IDENTITY_HEADER", "h-1"},
                         {"MSI_ENDPOINT", "http://127.0.0.1/old"},
                         {"MSI_SECRET", "old"}};
  const std::string url =
      "GET "
      "http://localhost:8081/msi/token?api-version=2019-08-01&resource=https%3A%2F%2Fai.azure.com";
  const std::string tail =
      "\nx-identity-header: h-1\naccept: application/json\nuser-agent: " + agent + "\n\n";
  CHECK(asked(set) == url + tail);
  CHECK(asked(set, by_client()) == url + "&client_id=c-1" + tail);
  CHECK(asked(set, by_object()) == url + "&object_id=o-1" + tail);
  CHECK(asked(set, by_resource()) == url + "&mi_res_id=%2Fsubscriptions%2Fs%2Fid" + tail);
}

TEST_CASE("Azure ML is asked with its secret, and by client id only") {
  variables set = {{"MSI_ENDPOINT", "http://127.0.0.1:46808/MSI/auth"}, {"MSI_SECRET", "m-1"}};
  const std::string url =
      "GET "
      "http://127.0.0.1:46808/MSI/auth?api-version=2017-09-01&resource=https%3A%2F%2Fai.azure.com";
  const std::string tail =
      "\nmetadata: true\nsecret: m-1\naccept: application/json\nuser-agent: " + agent + "\n\n";
  CHECK(asked(set) == url + tail);
  set["DEFAULT_IDENTITY_CLIENT_ID"] = "d-1";
  CHECK(asked(set) == url + "&clientid=d-1" + tail);
  CHECK(asked(set, by_client()) == url + "&clientid=c-1" + tail);
  CHECK_THAT(failed([&] { (void)asked(set, by_object()); }), Contains("client id only"));
}

TEST_CASE("Arc is asked like IMDS, elsewhere, and in another version") {
  const std::string tail =
      "\nmetadata: true\naccept: application/json\nuser-agent: " + agent + "\n\n";
  const std::string query = "?api-version=2020-06-01&resource=https%3A%2F%2Fai.azure.com";
  const variables set = {{"IDENTITY_ENDPOINT", "http://localhost:40342/token"},
                         {"IMDS_ENDPOINT", "http://localhost:40342"}};
  CHECK(asked(set) == "GET http://localhost:40342/token" + query + tail);
  CHECK(asked({}, by_resource(), true) ==
        "GET http://127.0.0.1:40342/metadata/identity/oauth2/token" + query +
            "&msi_res_id=%2Fsubscriptions%2Fs%2Fid" + tail);
}

TEST_CASE("places that are not supported, and URLs that would show a token around, are refused") {
  CHECK_THAT(failed([] {
               (void)place({{"IDENTITY_ENDPOINT", "https://127.0.0.1/x"},
                            {"IDENTITY_HEADER", "CANARY"},
                            {"IDENTITY_SERVER_THUMBPRINT", "ab"}});
             }),
             Contains("Service Fabric") && !Contains("CANARY"));
  CHECK_THAT(failed([] {
               (void)place({{"MSI_ENDPOINT", "http://localhost/x"}});
             }),
             Contains("Cloud Shell"));
  for (const std::string host :
       {"http://example.com", "http://8.8.8.8", "http://172.32.0.1",
        "http://169.254.169.254.example.com", "http://10.0.0.1.evil.org", "http://172.16.1.3",
        "http://10.1.2.3", "http://192.168.0.1", "http://169.253.169.254", "http://[fe80::1]",
        "http://[fd00::1]"}) {
    CHECK_THAT(failed([&] {
                 (void)place({{"IDENTITY_ENDPOINT", host + "/x"}, {"IDENTITY_HEADER", "CANARY"}});
               }),
               Contains("IDENTITY_ENDPOINT is http://") && !Contains("CANARY"));
  }
  for (const std::string host :
       {"http://localhost:1", "http://127.0.0.1", "http://169.254.129.3:8081",
        "http://169.254.169.254", "https://example.com", "https://10.1.2.3", "http://[::1]:1"})
    CHECK(place({{"IDENTITY_ENDPOINT", host + "/x"}, {"IDENTITY_HEADER", "h"}}).service ==
          identity_place::kind::app_service);
  CHECK_THAT(failed([] {
               (void)place({{"IDENTITY_ENDPOINT", "no url"}, {"IDENTITY_HEADER", "h"}});
             }),
             Contains("IDENTITY_ENDPOINT"));
}

TEST_CASE("Arc may name key files of its agent, and no others") {
  const std::string folder = "/var/opt/azcmagent/tokens/";
  CHECK(arc_key_file({{"www-authenticate", "Basic realm=" + folder + "a1.key"}}, folder) ==
        folder + "a1.key");
  for (const std::string wrong :
       {"", "Bearer realm=/var/opt/azcmagent/tokens/a.key", "Basic realm=/etc/passwd",
        "Basic realm=/var/opt/azcmagent/tokens/../../x.key", "Basic realm=/etc/a.key",
        "Basic realm=/var/opt/azcmagent/tokens/a.txt", "Basic realm=a.key",
        "Basic realm=/var/opt/azcmagent/tokens/sub/a.key"})
    CHECK_THAT(failed([&] {
                 (void)arc_key_file({{"www-authenticate", wrong}}, folder);
               }),
               Contains("Arc's identity endpoint"));
}

TEST_CASE("Arc's answer must name the identity that was asked for") {
  CHECK(arc_confirms("{}", {}));
  CHECK(arc_confirms(R"({"client_id":"C-1"})", by_client()));
  CHECK(arc_confirms(R"({"object_id":"o-1"})", by_object()));
  CHECK(arc_confirms(R"({"msi_res_id":"/Subscriptions/s/id"})", by_resource()));
  CHECK_FALSE(arc_confirms(R"({"client_id":"other"})", by_client()));
  CHECK_FALSE(arc_confirms("{}", by_client()));
  CHECK_FALSE(arc_confirms("no", by_client()));
}
