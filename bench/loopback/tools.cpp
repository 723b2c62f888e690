// wrk and h2load, the ceilings: what their processes cost per request.
#include "bench/loopback/tools.hpp"

#include "bench/storm/cores.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

namespace loopback {
namespace {

struct ended_program {
  std::string said;
  double cpu = 0, wall = 0;
};

ended_program run(std::vector<std::string> command) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  const double begin = wall_seconds();
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    storm::pin_to(storm::core::first);
    dup2(ends[1], STDOUT_FILENO);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
    close(ends[0]);
    setenv("LC_ALL", "C", 1);
    std::vector<char*> words;
    for (std::string& word : command)
      words.push_back(word.data());
    words.push_back(nullptr);
    execv(words[0], words.data());
    _exit(127);
  }
  close(ends[1]);
  ended_program got;
  std::array<char, 4096> some;
  for (ssize_t count; (count = read(ends[0], some.data(), some.size())) > 0;)
    got.said.append(some.data(), static_cast<std::size_t>(count));
  close(ends[0]);
  rusage used{};
  int state = 0;
  wait4(child, &state, 0, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  got.cpu = seconds(used.ru_utime) + seconds(used.ru_stime);
  got.wall = wall_seconds() - begin;
  return got;
}

// the number that stands in front of these words
double number_before(const std::string& text, const std::string& words) {
  const auto at = text.find(words);
  if (at == std::string::npos) throw std::runtime_error("no '" + words + "' in: " + text);
  auto from = text.find_last_not_of("0123456789.", at == 0 ? 0 : at - 1);
  from = from == std::string::npos ? 0 : from + 1;
  return std::atof(text.c_str() + from);
}

cost between(const ended_program& shorter, double few, const ended_program& longer, double many) {
  return {(longer.cpu - shorter.cpu) * 1e6 / (many - few),
          (many - few) / (longer.wall - shorter.wall)};
}

const char* const fields[] = {"content-type: application/json", "x-api-key: fake-key",
                              "anthropic-version: 2023-06-01"};

std::string url(const place& to) {
  return "https://localhost:" + std::to_string(to.port) + "/v1/messages";
}

}  // namespace

std::optional<cost> run_wrk(const place& to, const load& what) {
  const auto program = reroute::peers::find_program("wrk", "wrk");
  if (!program || what.http2) return std::nullopt;
  const reroute::peers::scratch_folder folder;
  std::string script =
      "wrk.method = 'POST'\nwrk.body = '" + request_json(user_text(what.body_bytes)) + "'\n";
  for (const std::string field : fields) {
    const auto colon = field.find(": ");
    script += "wrk.headers['" + field.substr(0, colon) + "'] = '" + field.substr(colon + 2) + "'\n";
  }
  const std::string file = folder.write("post.lua", script);
  const auto once = [&](const char* time) {
    return run({*program, "-t1", "-c" + std::to_string(what.connections), "-d", time, "--timeout",
                "60s", "-s", file, url(to)});
  };
  const ended_program shorter = once("1s"), longer = once("3s");
  return between(shorter, number_before(shorter.said, " requests in"), longer,
                 number_before(longer.said, " requests in"));
}

std::optional<cost> run_h2load(const place& to, const load& what) {
  const auto program = reroute::peers::find_program("h2load", "nghttp2-client");
  if (!program) return std::nullopt;
  const reroute::peers::scratch_folder folder;
  const std::string file = folder.write("body", request_json(user_text(what.body_bytes)));
  const auto once = [&](std::size_t calls) {
    std::vector<std::string> command = {*program,
                                        "-n",
                                        std::to_string(calls),
                                        "-c",
                                        std::to_string(what.connections),
                                        "-m",
                                        std::to_string(what.streams),
                                        "-t",
                                        "1",
                                        "-d",
                                        file};
    if (!what.http2) command.push_back("--h1");
    for (const char* const field : fields)
      command.insert(command.end(), {"-H", field});
    command.push_back(url(to));
    return run(command);
  };
  const std::size_t few = what.calls / 4 + what.in_flight();
  const ended_program shorter = once(few), longer = once(few + what.calls);
  return between(shorter, number_before(shorter.said, " succeeded"), longer,
                 number_before(longer.said, " succeeded"));
}

}  // namespace loopback
