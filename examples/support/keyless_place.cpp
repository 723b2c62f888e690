// Where the keyless examples run.
#include "examples/support/keyless_place.hpp"

#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/fake_identity.hpp>

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <thread>

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
  fake() : token_file(made_token_file()), thread([this] { io.run(); }) {
    identity.trusted_by(anthropic);
    identity.trusted_by(azure);
  }
  ~fake() {
    asio::post(io, [this] {
      claude.stop();
      identity.stop();
    });
    busy.reset();
    thread.join();
    std::error_code ignored;
    std::filesystem::remove(token_file, ignored);
  }
  asio::io_context io;
  asio::executor_work_guard<asio::io_context::executor_type> busy = asio::make_work_guard(io);
  reroute::testing::fake_claude claude{io.get_executor()};
  reroute::testing::fake_route anthropic =
      claude.add_route(without_key(reroute::testing::face::anthropic));
  reroute::testing::fake_route azure = claude.add_route(without_key(reroute::testing::face::azure));
  reroute::testing::fake_identity identity{io.get_executor()};
  std::string token_file;
  std::thread thread;  // last: it starts when all else is there
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

reroute::https_options keyless_place::https() const {
  reroute::https_options options;
  options.tls.ca_pem = fake_->claude.ca_pem() + fake_->identity.ca_pem();
  return options;
}

void keyless_place::revoke_tokens() { fake_->identity.revoke(); }

std::size_t keyless_place::exchanges() const {
  return fake_->identity.issued(identity_service::entra) +
         fake_->identity.issued(identity_service::anthropic);
}

}  // namespace examples
