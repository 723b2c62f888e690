// Where the keyless examples run.
#include "examples/support/keyless_place.hpp"

#include <reroute/testing/fake_server.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

namespace examples {
namespace {

using reroute::testing::identity_service;

reroute::testing::fake_route_options without_key(reroute::testing::face wearing) {
  reroute::testing::fake_route_options options;
  options.face = wearing;
  options.key = "";
  return options;
}

std::string made_token_file() {
  std::string path = std::filesystem::temp_directory_path() / "reroute-token-XXXXXX";
  const int file = ::mkstemp(path.data());
  if (file >= 0) std::ofstream(path) << "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3b3JrbG9hZCJ9.c2ln\n";
  return path;
}

}  // namespace

struct keyless_place::fake {
  fake() : token_file(made_token_file()) {
    identity.trusted_by(anthropic);
    identity.trusted_by(azure);
  }
  ~fake() {
    std::error_code ignored;
    std::filesystem::remove(token_file, ignored);
  }
  reroute::testing::fake_server server{without_key(reroute::testing::face::anthropic)};
  reroute::testing::fake_route anthropic = server.route();
  reroute::testing::fake_route azure = server.add_route(without_key(reroute::testing::face::azure));
  reroute::testing::fake_identity& identity = server.add_identity();
  std::string token_file;
};

keyless_place::keyless_place() : fake_(std::make_unique<fake>()) {}
keyless_place::~keyless_place() = default;

std::string keyless_place::anthropic_url() const { return fake_->anthropic.base_url(); }
std::string keyless_place::azure_url() const { return fake_->azure.base_url(); }
std::string keyless_place::token_url() const { return fake_->identity.anthropic_url(); }
std::string keyless_place::identity_token_file() const { return fake_->token_file; }

reroute::environment_lookup keyless_place::environment() const {
  std::map<std::string, std::string, std::less<>> set = {
      {"AZURE_TENANT_ID", "contoso.onmicrosoft.com"},
      {"AZURE_CLIENT_ID", fake_->identity.options().client_id},
      {"AZURE_CLIENT_SECRET", fake_->identity.options().client_secret},
      {"AZURE_AUTHORITY_HOST", fake_->identity.authority()}};
  return [set = std::move(set)](std::string_view name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  };
}

reroute::https_options keyless_place::https() const { return fake_->server.https(); }

void keyless_place::revoke_tokens() { fake_->identity.revoke(); }

std::size_t keyless_place::exchanges() const {
  return fake_->identity.issued(identity_service::entra) +
         fake_->identity.issued(identity_service::anthropic);
}

}  // namespace examples
