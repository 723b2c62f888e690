// A loop, the public transport, and the address of a real peer: the stage of these tests.
#include "tests/peers/stage.hpp"

#include "tests/peers/program.hpp"
#include "tests/support/catch.hpp"

#include <asio/bind_cancellation_slot.hpp>
#include <asio/co_spawn.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <utility>

namespace reroute::peers {

stage::stage(http_versions versions) {
  options.versions = versions;
  options.tls.ca_pem = io_test::trusted_ca().pem();
  options.connect_timeout = std::chrono::minutes(2);  // the machine may be busy
  protocol = http2() ? "2" : "1.1";
}

stage::~stage() {
  client.reset();
  io.restart();
  while (io.poll() > 0) {
  }
}

http::request stage::request(std::string target, std::string body) const {
  http::request made;
  made.method = body.empty() ? "GET" : "POST";
  made.url.scheme = "https";
  made.url.host = "localhost";
  made.url.port = port;
  made.url.target = std::move(target);
  made.body = http::body(std::move(body));
  return made;
}

std::shared_ptr<pending_fetch> stage::start(http::request request) {
  if (!client) client = make_https_transport(io.get_executor(), options);
  auto pending = std::make_shared<pending_fetch>();
  asio::co_spawn(io, io_test::fetch(*client, std::move(request)),
                 asio::bind_cancellation_slot(
                     pending->cancel.slot(), [pending](std::exception_ptr thrown, answer result) {
                       if (!thrown) pending->result = std::move(result);
                       if (thrown)
                         pending->result.error.code =
                             make_error_code(asio::error::operation_aborted);
                       pending->done = true;
                       ++pending->completions;
                     }));
  return pending;
}

void stage::run_until(const std::function<bool()>& done) {
  io.restart();
  while (!done()) {
    io.run_one_for(std::chrono::milliseconds(100));
    if (io.stopped()) io.restart();
  }
}

std::vector<answer> stage::finish(const std::vector<std::shared_ptr<pending_fetch>>& all) {
  std::vector<answer> answers;
  for (const auto& each : all) {
    run_until([&] { return each->done; });
    answers.push_back(each->result);
  }
  return answers;
}

answer stage::ask(std::string target, std::string body) {
  return finish({start(std::move(target), std::move(body))}).front();
}

std::set<std::string> connections(const std::vector<answer>& all) {
  std::set<std::string> seen;
  for (const answer& each : all)
    seen.insert(each.headers.find("x-connection") ? std::string(*each.headers.find("x-connection"))
                                                  : "?");
  return seen;
}

bool all_are(const std::vector<answer>& all, int status) {
  std::map<std::string, int> others;
  for (const answer& each : all) {
    if (!each.error && each.whole && each.status == status) continue;
    ++others[std::to_string(each.status) + ' ' + each.error.code.message() + ' ' +
             each.error.detail + ' ' + each.body.substr(0, 200)];
  }
  for (const auto& [what, times] : others)
    UNSCOPED_INFO(times << " of " << all.size() << ": " << what);
  return others.empty();
}

std::string pattern(std::size_t size) {
  std::string made(size, '\0');
  std::uint32_t state = 1;
  for (char& each : made) {
    state = state * 1664525 + 1013904223;
    each = static_cast<char>('a' + (state >> 24) % 26);
  }
  return made;
}

certificate_files write_certificate(const scratch_folder& into) {
  const testing::identity who = io_test::localhost_server().identity.value();
  return {into.write("certificate.pem", who.certificate), into.write("key.pem", who.key),
          into.write("both.pem", who.certificate + who.key)};
}

}  // namespace reroute::peers
