// A real server in front of our application.
#include "tests/peers/proxied.hpp"

#include "tests/support/catch.hpp"

#include <map>

namespace reroute::peers {
namespace {

std::string filled(std::string text, const std::map<std::string, std::string>& names) {
  for (const auto& [name, value] : names) {
    for (std::size_t at = 0; (at = text.find(name, at)) != std::string::npos; at += value.size())
      text.replace(at, name.size(), value);
  }
  return text;
}

}  // namespace

std::unique_ptr<proxied> proxied::start(stage& here, const server_kind& what, std::string extra) {
  const auto program = find_program(what.program, what.package);
  if (!program) return nullptr;
  std::unique_ptr<proxied> made(new proxied(here.io));
  const auto files = write_certificate(made->folder);
  std::map<std::string, std::string> names = {{"@APP@", std::to_string(made->app.port())},
                                              {"@CERTIFICATE@", files.certificate},
                                              {"@KEY@", files.key},
                                              {"@BOTH@", files.both},
                                              {"@FOLDER@", made->folder.path()},
                                              {"@EXTRA@", std::move(extra)}};
  for (int tries = 0; tries < 5; ++tries) {  // somebody else may take the port
    here.port = free_port();
    names["@PORT@"] = std::to_string(here.port);
    names["@CONFIGURATION@"] =
        made->folder.write("configuration", filled(std::string(what.configuration), names));
    std::vector<std::string> command = {*program};
    for (const std::string& each : what.arguments)
      command.push_back(filled(each, names));
    made->server_ = std::make_unique<process>(command, made->folder.path("log"));
    if (made->server_->listens(here.port)) return made;
  }
  FAIL("it does not start: " << made->said());
  return nullptr;
}

void reloads(stage& here, proxied& peer, int signal) {
  std::vector<answer> before, after;
  before.push_back(here.ask("/echo", "before"));
  std::vector<std::shared_ptr<pending_fetch>> under_way;
  for (int i = 0; i < 10; ++i)
    under_way.push_back(here.start("/wait/" + std::to_string(i)));
  here.run_until([&] { return peer.app.waiting() == 10; });
  peer.signal(signal);
  for (int i = 0; i < 100; ++i)
    after.push_back(here.ask("/echo", "beside"));
  peer.app.release();
  const auto waited = here.finish(under_way);
  CHECK(all_are(waited, 200));
  CHECK(all_are(after, 200));
  for (const auto& [target, times] : peer.app.asked) {
    CAPTURE(target);
    if (target.starts_with("/wait")) CHECK(times == 1);
  }
  // the old process goes, and its connections with it; a server that was still busy with its own start
  // may have missed the signal
  const auto first = connections(before);
  answer next = before.front();
  for (int asked = 1; connections({next}) == first; ++asked) {
    next = here.ask("/echo", "after");
    REQUIRE(all_are({next}, 200));
    if (asked % 100 == 0) peer.signal(signal);
  }
}

}  // namespace reroute::peers
