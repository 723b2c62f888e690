// nghttpd: HTTP/2 and nothing else.
#include "tests/peers/program.hpp"
#include "tests/peers/stage.hpp"
#include "tests/support/catch.hpp"

#include <filesystem>
#include <memory>

using namespace reroute;
using namespace reroute::peers;

namespace {

struct nghttpd {
  static std::unique_ptr<nghttpd> start(stage& here, const std::vector<std::string>& more = {}) {
    const auto program = find_program("nghttpd", "nghttp2-server");
    if (!program) return nullptr;
    auto made = std::make_unique<nghttpd>();
    const auto files = write_certificate(made->folder);
    made->folder.write("small", "small file");
    made->folder.write("large", pattern(20'000'000));
    for (int tries = 0; tries < 5; ++tries) {
      here.port = free_port();
      std::vector<std::string> command = {
          *program, "-a", "127.0.0.1", "-d", made->folder.path(), "--echo-upload"};
      command.insert(command.end(), more.begin(), more.end());
      command.insert(command.end(), {std::to_string(here.port), files.key, files.certificate});
      made->server = std::make_unique<process>(command, made->folder.path("log"));
      if (made->server->listens(here.port)) return made;
    }
    FAIL("it does not start: " << made->server->said());
    return nullptr;
  }
  scratch_folder folder;
  std::unique_ptr<process> server;
};

void echoes(stage& here, std::size_t count, std::size_t size) {
  const std::string body = pattern(size);
  std::vector<std::shared_ptr<pending_fetch>> all;
  for (std::size_t i = 0; i < count; ++i)
    all.push_back(here.start("/echo", body + std::to_string(i)));
  const auto answers = here.finish(all);
  CHECK(all_are(answers, 200));
  std::size_t right = 0;
  for (std::size_t i = 0; i < count; ++i)
    right += answers[i].body == body + std::to_string(i);
  CHECK(right == count);
}

}  // namespace

TEST_CASE("nghttpd answers, one call and many") {
  stage here(http_versions::http2_or_1);
  const auto peer = nghttpd::start(here);
  if (!peer) return;
  CHECK(here.ask("/small").body == "small file");
  CHECK(here.ask("/missing").status == 404);
  echoes(here, 300, 100);
  echoes(here, 3, 5'000'000);
  const auto large = here.start("/large");
  echoes(here, 50, 1000);
  CHECK((here.finish({large}).front().body == pattern(20'000'000)));
}

TEST_CASE("nghttpd sends trailers, pads its frames, and needs no lengths") {
  stage here(http_versions::http2_or_1);
  const auto peer = nghttpd::start(
      here, {"--trailer", "x-sum: 1", "-b", "200", "--no-content-length", "--early-response"});
  if (!peer) return;
  const answer got = here.ask("/small");
  CHECK(got.body == "small file");
  CHECK(got.whole);
  CHECK_FALSE(got.headers.contains("x-sum"));
  CHECK((here.ask("/large").body == pattern(20'000'000)));
}

TEST_CASE("nghttpd allows few streams, a window of one byte, and no table") {
  stage here(http_versions::http2_or_1);
  here.options.max_connections = 8;
  const auto streams = GENERATE("1", "3");
  CAPTURE(streams);
  const auto peer = nghttpd::start(
      here, {"-m", streams, "-w", "1", "-c", "0", "--encoder-header-table-size", "0"});
  if (!peer) return;
  echoes(here, 100, 200);
}

TEST_CASE("who wants HTTP/1.1 alone hears clearly that nghttpd does not speak it") {
  stage here(http_versions::http1);
  const auto peer = nghttpd::start(here);
  if (!peer) return;
  const answer got = here.ask("/small");
  CAPTURE(got.error.code.message(), got.error.detail, got.status);
  CHECK(got.error);
}
