// node's own HTTP/2 server, and its HTTP/1.1.
#include "tests/peers/program.hpp"
#include "tests/peers/trials.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sys/stat.h>

using namespace reroute;
using namespace reroute::peers;

namespace {

// its stdin is a pipe that a test writes to when answers may come
struct node {
  static std::unique_ptr<node> start(stage& here, std::string settings = "{}") {
    const auto program = find_program("node", "nodejs");
    if (!program) return nullptr;
    auto made = std::make_unique<node>();
    const auto files = write_certificate(made->folder);
    const std::string fifo = made->folder.path("stdin");
    if (mkfifo(fifo.c_str(), 0600) != 0) throw std::runtime_error("no fifo");
    made->stdin_path = fifo;
    made->log = made->folder.path("log");
    const std::string script = std::string(REROUTE_SOURCE_DIR) + "/tests/peers/node_server.mjs";
    const std::string command = "exec '" + *program + "' '" + script + "' '" + files.certificate +
                                "' '" + files.key + "' '" + settings + "' <> '" + fifo + "'";
    made->server =
        std::make_unique<process>(std::vector<std::string>{"/bin/sh", "-c", command}, made->log);
    const bool started = made->server->says(";");
    const std::string said = made->server->said();
    const auto at = said.find("port ");
    CAPTURE(said);
    REQUIRE(started);
    REQUIRE(at != std::string::npos);
    here.port = static_cast<unsigned short>(std::atoi(said.c_str() + at + 5));
    return made;
  }
  std::size_t waiting() const {
    const std::string said = server->said();
    return static_cast<std::size_t>(
        std::count(said.begin() + static_cast<std::ptrdiff_t>(said.find(';')), said.end(), 'w'));
  }
  void release() const { folder.write("stdin", "release\n"); }

  scratch_folder folder;
  std::string stdin_path, log;
  std::unique_ptr<process> server;
};

http_versions either() {
  const auto versions = GENERATE(http_versions::http2_or_1, http_versions::http1);
  CAPTURE(versions == http_versions::http1);
  return versions;
}

}  // namespace

TEST_CASE("node keeps connections alive") {
  stage here(either());
  if (const auto peer = node::start(here)) keeps_alive(here);
}

TEST_CASE("node answers many calls at once") {
  stage here(either());
  if (const auto peer = node::start(here)) many_at_once(here);
}

TEST_CASE("node sends chunks and trailers") {
  stage here(either());
  if (const auto peer = node::start(here)) chunks_and_trailers(here);
}

TEST_CASE("node sends early hints") {
  stage here(either());
  if (const auto peer = node::start(here)) early_hints(here);
}

TEST_CASE("node closes connections between calls") {
  stage here(either());
  if (const auto peer = node::start(here)) closes_between(here);
}

TEST_CASE("node cuts an answer short") {
  stage here(either());
  if (const auto peer = node::start(here)) cut_short(here);
}

TEST_CASE("a large upload to node holds up nobody") {
  stage here(either());
  if (const auto peer = node::start(here)) large_upload(here);
}

TEST_CASE("a large download from node holds up nobody") {
  stage here(either());
  if (const auto peer = node::start(here)) large_download(here);
}

TEST_CASE("calls to node that are given up") {
  stage here(either());
  if (const auto peer = node::start(here))
    given_up(
        here, [&] { return peer->waiting(); }, [&] { peer->release(); });
}

TEST_CASE("the whole client on node") {
  stage here(either());
  if (const auto peer = node::start(here)) whole_client(here);
}

TEST_CASE("node allows few streams: more connections are opened") {
  stage here(http_versions::http2_or_1);
  here.options.max_connections = 8;
  const int streams = GENERATE(1, 3);
  CAPTURE(streams);
  const auto peer = node::start(here, "{\"maxConcurrentStreams\":" + std::to_string(streams) + "}");
  if (!peer) return;
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 100; ++i)
    all.push_back(here.start("/echo", std::to_string(i)));
  auto answers = here.finish(all);
  CHECK(all_are(answers, 200));
  std::size_t right = 0;
  for (std::size_t i = 0; i < answers.size(); ++i)
    right += answers[i].body == std::to_string(i);
  CHECK(right == answers.size());
  CHECK(connections(answers).size() <= 8);
  CHECK(connections(answers).size() > 1);
  large_upload(here);
}

TEST_CASE("node's windows are tiny, and change in mid-life") {
  stage here(http_versions::http2_or_1);
  const auto peer = node::start(here, R"({"initialWindowSize":100})");
  if (!peer) return;
  const std::string body = pattern(20'000);
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int i = 0; i < 10; ++i)
    all.push_back(here.start("/echo", body));
  here.start("/window/0");
  for (int i = 0; i < 10; ++i)
    all.push_back(here.start("/echo", body));
  here.start("/window/70000");
  for (const answer& each : here.finish(all))
    CHECK((each.body == body));
}

TEST_CASE("node allows fewer streams in mid-life, and more again") {
  stage here(http_versions::http2_or_1);
  here.options.max_connections = 1;
  const auto peer = node::start(here);
  if (!peer) return;
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (const char* next : {"/settings/2", "/settings/1", "/settings/50"}) {
    for (int i = 0; i < 30; ++i)
      all.push_back(here.start("/echo", std::to_string(i)));
    all.push_back(here.start(next));
    all.push_back(here.start("/size/100000"));
  }
  const auto answers = here.finish(all);
  CHECK(all_are(answers, 200));
  CHECK(connections(answers).size() == 1);
}

TEST_CASE("node says goodbye, refuses and resets") {
  stage here(http_versions::http2_or_1);
  const auto peer = node::start(here);
  if (!peer) return;
  REQUIRE(all_are({here.ask("/size/1")}, 200));
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 20; ++i)
      all.push_back(here.start("/echo", "x"));
    all.push_back(here.start("/goaway-first"));
    all.push_back(here.start("/refuse"));
    const auto broken = here.start("/rst");
    for (int i = 0; i < 20; ++i)
      all.push_back(here.start("/echo", "x"));
    const answer got = here.finish({broken}).front();
    CHECK(got.error);
    CHECK(got.error.sent);
  }
  CHECK(all_are(here.finish(all), 200));
}
