// Fork, two pipes, two commands.
#include "bench/storm/server_process.hpp"

#include <reroute/route/anthropic.hpp>
#include <reroute/route/azure_foundry.hpp>

#include "bench/storm/cores.hpp"
#include "bench/storm/server_world.hpp"

#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace storm {
namespace {

// a text ends with an empty character
void say(int to, const std::string& text) {
  const char* at = text.c_str();
  std::size_t left = text.size() + 1;
  while (left > 0) {
    const ssize_t count = write(to, at, left);
    if (count <= 0) _exit(1);
    at += count;
    left -= static_cast<std::size_t>(count);
  }
}

std::string listen(int to) {
  std::string text;
  std::array<char, 4096> some;
  for (;;) {
    const ssize_t count = read(to, some.data(), some.size());
    if (count <= 0) throw std::runtime_error("storm: the server process has died");
    text.append(some.data(), static_cast<std::size_t>(count));
    if (text.back() == '\0') break;
  }
  text.pop_back();
  return text;
}

// one letter is one command: b, begin; anything else, or the end of the client, is the end
class command_reader {
 public:
  command_reader(asio::io_context& io, int from, server_world& world)
      : io_(io), pipe_(io, from), world_(world) {}
  void next() {
    pipe_.async_read_some(asio::buffer(letter_), [this](std::error_code failed, std::size_t) {
      if (failed || letter_[0] != 'b') return io_.stop();
      world_.begin();
      next();
    });
  }

 private:
  asio::io_context& io_;
  asio::posix::stream_descriptor pipe_;
  std::array<char, 1> letter_{};
  server_world& world_;
};

[[noreturn]] void serve(const reroute::testing::scenario& what, int commands, int answers) {
  try {
    pin_to(core::last);
    asio::io_context io(1);
    server_world world(io, what);
    std::ostringstream place;
    for (const auto& route : world.routes())
      place << route.base_url() << '\n';
    place << world.ca_pem();
    say(answers, place.str());
    command_reader reader(io, commands, world);
    reader.next();
    io.run();
    std::ostringstream report;
    report << world.report();
    say(answers, report.str());
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "storm: the server failed: %s\n", failed.what());
    _exit(1);
  }
  _exit(0);  // what the client's process has opened is not this one's to close
}

reroute::quota quota_of(const reroute::testing::scenario_route& route) {
  reroute::quota made;
  if (!route.stated) return made;
  made.requests_per_minute = route.rate * 60;
  made.burst = route.rate > 0 ? route.burst : 0;
  made.input_tokens_per_minute = route.input_tokens * 60;
  made.output_tokens_per_minute = route.output_tokens * 60;
  return made;
}

}  // namespace

server_process::server_process(const reroute::testing::scenario& what) : what_(what) {
  int down[2], up[2];
  if (pipe(down) != 0 || pipe(up) != 0) throw std::runtime_error("storm: no pipe");
  std::fflush(nullptr);
  process_ = fork();
  if (process_ < 0) throw std::runtime_error("storm: no process");
  if (process_ == 0) {
    close(down[1]);
    close(up[0]);
    serve(what, down[0], up[1]);
  }
  close(down[0]);
  close(up[1]);
  commands_ = down[1];
  answers_ = up[0];
  std::istringstream place(listen(answers_));
  urls_.resize(what.routes.size());
  for (std::string& url : urls_)
    std::getline(place, url);
  std::getline(place, ca_pem_, '\0');
}

server_process::~server_process() {
  close(commands_);
  close(answers_);
  (void)waitpid(process_, nullptr, 0);
}

std::vector<reroute::route> server_process::routes() const {
  std::vector<reroute::route> made;
  for (std::size_t at = 0; at < urls_.size(); ++at) {
    const reroute::testing::scenario_route& route = what_.routes[at];
    if (route.face == reroute::testing::face::azure) {
      made.push_back(reroute::azure_foundry(
          {.base_url = urls_[at], .api_key = key_, .name = route.name, .limits = quota_of(route)}));
    } else {
      made.push_back(reroute::anthropic(
          {.api_key = key_, .base_url = urls_[at], .name = route.name, .limits = quota_of(route)}));
    }
  }
  return made;
}

reroute::https_options server_process::https() const {
  reroute::https_options made;
  made.tls.ca_pem = ca_pem_;
  return made;
}

void server_process::begin() {
  if (write(commands_, "b", 1) != 1) throw std::runtime_error("storm: the server has died");
}

server_report server_process::end() {
  if (write(commands_, "e", 1) != 1) throw std::runtime_error("storm: the server has died");
  std::istringstream text(listen(answers_));
  server_report made;
  if (!(text >> made)) throw std::runtime_error("storm: the server's report cannot be read");
  return made;
}

}  // namespace storm
