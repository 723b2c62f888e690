// A fake_identity for clients of other languages: says where it is, then obeys lines from standard input.
//
// The first line of output is a JSON object with URLs, ids, secrets and files in the folder that is given.
// Commands: "fault SERVICE STATUS COUNT", "revoke"; each is answered by a line with the counts so far.
// Ends when its input ends.
#include <reroute/testing/fake_identity.hpp>

#include "tests/route/identity/certificate.hpp"

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>

namespace {

namespace json = boost::json;
using namespace reroute::testing;

struct named {
  const char* name;
  identity_service service;
};
constexpr named services[] = {{"entra", identity_service::entra},
                              {"imds", identity_service::imds},
                              {"app_service", identity_service::app_service},
                              {"machine_learning", identity_service::machine_learning},
                              {"anthropic", identity_service::anthropic}};

std::string write(const std::string& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder + "/" + name) << text;
  return folder + "/" + name;
}

json::object introduction(const fake_identity& identity, const std::string& folder) {
  const tests::made_certificate made = tests::make_rsa_certificate();
  json::object said;
  said["authority"] = identity.authority();
  said["imds"] = identity.imds_host();
  said["app_service"] = identity.app_service_url();
  said["machine_learning"] = identity.machine_learning_url();
  said["client_id"] = identity.options().client_id;
  said["client_secret"] = identity.options().client_secret;
  said["identity_header"] = identity.options().identity_header;
  said["refresh_token"] = identity.options().refresh_token;
  said["ca"] = write(folder, "ca.pem", identity.ca_pem());
  said["certificate"] = write(folder, "app.pem", made.certificate + made.key);
  said["assertion"] = write(folder, "assertion", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3In0.c2ln\n");
  return said;
}

json::object counts(const fake_identity& identity) {
  json::object heard, issued, said;
  for (const auto& [name, service] : services) {
    heard[name] = identity.heard(service);
    issued[name] = identity.issued(service);
  }
  said["heard"] = heard;
  said["issued"] = issued;
  said["messages"] = identity.messages();
  return said;
}

void obey(fake_identity& identity, const std::string& line) {
  std::istringstream words(line);
  std::string what, service;
  identity_fault fault;
  words >> what;
  if (what == "revoke") identity.revoke();
  if (what != "fault") return;
  words >> service >> fault.status >> fault.requests;
  for (const auto& [name, each] : services)
    if (name == service) fault.service = each;
  identity.inject(fault);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  asio::io_context io;
  auto busy = asio::make_work_guard(io);
  fake_identity identity(io.get_executor());
  std::thread loop([&io] { io.run(); });
  std::cout << json::serialize(introduction(identity, argv[1])) << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    obey(identity, line);
    std::cout << json::serialize(counts(identity)) << std::endl;
  }
  asio::post(io, [&] { identity.stop(); });
  busy.reset();
  loop.join();
}
