// What is asked of every client, what it cost, and how it runs.
#include "bench/loopback/load.hpp"

#include "bench/storm/cores.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <exception>
#include <fstream>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace loopback {

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double wall_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

stopwatch::stopwatch() : cpu_(cpu_seconds()), wall_(wall_seconds()) {}

cost stopwatch::over(std::size_t calls) const {
  const auto count = static_cast<double>(calls);
  return {(cpu_seconds() - cpu_) * 1e6 / count, count / (wall_seconds() - wall_)};
}

std::string request_json(const std::string& text) {
  return boost::json::serialize(boost::json::object{
      {"model", "claude"},
      {"max_tokens", 64},
      {"messages", boost::json::array{boost::json::object{{"role", "user"}, {"content", text}}}}});
}

std::string user_text(std::size_t body_bytes) {
  const std::size_t frame = request_json("").size();
  return std::string(body_bytes > frame ? body_bytes - frame : 0, 'x');
}

std::size_t read_answer(const std::string& body) {
  const auto parsed = boost::json::parse(body);
  const auto& text = parsed.at("content").at(0).at("text").as_string();
  return text.size() + static_cast<std::size_t>(parsed.at("usage").at("output_tokens").as_int64());
}

std::vector<double> apart(const std::function<std::vector<double>()>& what) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    storm::pin_to(storm::core::first);
    try {
      const std::vector<double> numbers = what();
      const std::size_t size = numbers.size() * sizeof(double);
      (void)!write(ends[1], numbers.data(), size);
      std::fflush(nullptr);
      _exit(0);
    } catch (const std::exception& failed) {
      std::fprintf(stderr, "bench_loopback: %s\n", failed.what());
      _exit(1);
    }
  }
  close(ends[1]);
  std::vector<double> numbers;
  for (double next = 0; read(ends[0], &next, sizeof next) == sizeof next;)
    numbers.push_back(next);
  close(ends[0]);
  int state = 0;
  waitpid(child, &state, 0);
  if (numbers.empty()) throw std::runtime_error("a client has failed");
  return numbers;
}

}  // namespace loopback
