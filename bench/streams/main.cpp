// Ten thousand open streams on one thread: memory per stream, and how late their events are, beside bare
// exchanges over the same transport. `bench_streams [--streams N] [--seconds S] [--json FILE]`
#include <reroute/reroute.hpp>
#include <reroute/testing/fake_claude.hpp>
#include <reroute/testing/streamed_answer.hpp>

#include "bench/storm/cores.hpp"

#include <CLI/CLI.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

using namespace std::chrono_literals;
using clock_type = std::chrono::steady_clock;
constexpr std::chrono::milliseconds pace = 2s;

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double pages = 0;
  file >> pages >> pages;
  return pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

// the fake in a process of its own: its address and CA come through a pipe, whose end ends it
struct server {
  explicit server(std::size_t events) {
    int down[2], up[2];
    if (pipe(down) != 0 || pipe(up) != 0) throw std::runtime_error("no pipe");
    process = fork();
    if (process < 0) throw std::runtime_error("no process");
    if (process == 0) {
      close(down[1]);
      close(up[0]);
      serve(events, down[0], up[1]);
    }
    close(down[0]);
    close(up[1]);
    life = down[1];
    std::string text;
    std::array<char, 4096> some{};
    while (text.empty() || text.back() != '\0') {
      const ssize_t count = read(up[0], some.data(), some.size());
      if (count <= 0) throw std::runtime_error("the server has died");
      text.append(some.data(), static_cast<std::size_t>(count));
    }
    close(up[0]);
    url = text.substr(0, text.find('\n'));
    ca_pem = text.substr(url.size() + 1);
    ca_pem.pop_back();
  }
  server(const server&) = delete;
  server& operator=(const server&) = delete;
  ~server() {
    close(life);
    (void)waitpid(process, nullptr, 0);
  }

  [[noreturn]] static void serve(std::size_t events, int from, int to) {
    storm::pin_to(storm::core::last);
    asio::io_context io(1);
    reroute::testing::fake_claude fake(io.get_executor());
    const std::string text = reroute::testing::streamed_answer()
                                 .start()
                                 .text(std::string(events * 12, 'x'), 12)
                                 .stop()
                                 .str();
    reroute::testing::fake_route_options options;
    options.stream_pace = pace;
    options.stream_to = [&text](const std::string&) { return text; };
    const auto route = fake.add_route(options);
    const std::string place = route.base_url() + '\n' + fake.ca_pem();
    (void)!write(to, place.c_str(), place.size() + 1);
    std::thread([from] {
      char letter = 0;
      (void)!read(from, &letter, 1);
      _exit(0);
    }).detach();
    io.run();
    _exit(0);
  }

  pid_t process = -1;
  int life = -1;
  std::string url, ca_pem;
};

// how much longer than the server's pace the time between two events was
struct lateness {
  std::vector<float> ms;
  void saw(clock_type::time_point& last) {
    const auto now = clock_type::now();
    if (last != clock_type::time_point())
      ms.push_back(std::chrono::duration<float, std::milli>(now - last - pace).count());
    last = now;
  }
  [[nodiscard]] float at(double share) {
    if (ms.empty()) return 0;
    const auto place = static_cast<std::size_t>(share * static_cast<double>(ms.size() - 1));
    std::nth_element(ms.begin(), ms.begin() + static_cast<std::ptrdiff_t>(place), ms.end());
    return ms[place];
  }
};

struct world {
  asio::io_context io{1};
  std::size_t open = 0, ended = 0;
  bool measuring = false;
  lateness late;
};

reroute::message_request question() {
  return reroute::message_request("claude").max_tokens(64).user("Say hello.");
}

asio::awaitable<void> read_stream(world* in, reroute::client* claude) {
  reroute::message_stream stream = co_await claude->stream(question());
  ++in->open;
  clock_type::time_point last;
  for (;;) {
    const std::optional<reroute::stream_event> event = co_await stream.next();
    if (!event) break;
    if (event->type() != reroute::stream_event_type::text) continue;
    if (in->measuring) in->late.saw(last);
  }
  ++in->ended;
}

// the floor: the same bytes over the same transport, looked at by nobody
asio::awaitable<void> read_bare(world* in, reroute::transport* over, reroute::http::request asked) {
  reroute::exchange_result got = co_await over->exchange(std::move(asked));
  if (got.error) throw std::system_error(got.error.code);
  ++in->open;
  clock_type::time_point last;
  for (;;) {
    const reroute::body_piece piece = co_await got.body->read();
    if (piece.error) throw std::system_error(piece.error.code);
    if (in->measuring) in->late.saw(last);
    if (piece.last) break;
  }
  ++in->ended;
}

void rethrow(std::exception_ptr failed) {
  if (failed) std::rethrow_exception(failed);
}

boost::json::object run(bool bare, std::size_t streams, std::chrono::seconds how_long) {
  const auto events = static_cast<std::size_t>(how_long / pace) + 60;
  server peer(events);
  storm::pin_to(storm::core::first);
  world here;
  reroute::https_options https;
  https.tls.ca_pem = peer.ca_pem;
  https.max_connections = streams + 1;
  const reroute::route route = reroute::anthropic({.api_key = "fake-key", .base_url = peer.url});
  const auto over = reroute::make_https_transport(here.io.get_executor(), https);
  reroute::client_options options;
  options.routes = {route};
  options.routes[0].transport = over;
  options.deadline = 0ms;
  reroute::client claude(here.io, std::move(options));

  const double before = resident_bytes();
  const auto encoded = question().encode(reroute::operation::stream);
  for (std::size_t i = 0; i < streams; ++i) {
    if (bare) {
      const reroute::write_context context{reroute::operation::stream, encoded, "claude",
                                           reroute::credential::kind::key, "fake-key"};
      asio::co_spawn(here.io, read_bare(&here, over.get(), route.write(context)), rethrow);
    } else {
      asio::co_spawn(here.io, read_stream(&here, &claude), rethrow);
    }
  }
  const auto begin = clock_type::now();
  while (here.open < streams && clock_type::now() - begin < 10min)
    here.io.run_one();
  const double opening = std::chrono::duration<double>(clock_type::now() - begin).count();
  // one round of events on every stream, then the measure
  here.io.run_for(pace);
  const double at_first = (resident_bytes() - before) / static_cast<double>(streams);
  here.measuring = true;
  const double used = cpu_seconds();
  here.io.run_for(how_long);
  const double busy = cpu_seconds() - used;
  const double at_last = (resident_bytes() - before) / static_cast<double>(streams);
  const std::size_t seen = here.late.ms.size();
  const char* const name = bare ? "bare exchange" : "client.stream";
  const double p50 = here.late.at(0.5), p99 = here.late.at(0.99), most = here.late.at(1);
  std::printf("%-14s %7zu %8.1f %12.0f %12.0f %10zu %9.1f %9.1f %9.1f %9.1f\n", name, here.open,
              opening, at_first, at_last, seen, p50, p99, most,
              busy * 1e6 / static_cast<double>(std::max<std::size_t>(seen, 1)));
  std::fflush(stdout);
  return {{"reader", name},
          {"streams", here.open},
          {"bytes_at_first", at_first},
          {"bytes_at_last", at_last},
          {"events", seen},
          {"late_p50_ms", p50},
          {"late_p99_ms", p99},
          {"late_max_ms", most},
          {"cpu_us_per_event", busy * 1e6 / static_cast<double>(std::max<std::size_t>(seen, 1))}};
}

// in a process of its own, so that neither finds the other's memory to use again
boost::json::value run_apart(bool bare, std::size_t streams, std::chrono::seconds how_long) {
  int ends[2];
  if (pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("no process");
  if (child == 0) {
    const std::string row = boost::json::serialize(run(bare, streams, how_long));
    (void)!write(ends[1], row.data(), row.size());
    _exit(0);
  }
  close(ends[1]);
  std::string row;
  std::array<char, 4096> some{};
  for (ssize_t count; (count = read(ends[0], some.data(), some.size())) > 0;)
    row.append(some.data(), static_cast<std::size_t>(count));
  close(ends[0]);
  (void)waitpid(child, nullptr, 0);
  return boost::json::parse(row);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App program("Open streams on one thread, beside bare exchanges.");
  std::size_t streams = 10'000;
  int seconds = 20;
  std::string json;
  program.add_option("--streams", streams, "How many")->capture_default_str();
  program.add_option("--seconds", seconds, "How long each is watched")->capture_default_str();
  program.add_option("--json", json, "Write the rows to this file");
  CLI11_PARSE(program, argc, argv);
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  if (files.rlim_cur < streams + 100) {
    std::fprintf(stderr, "bench_streams: only %llu open files are allowed\n",
                 static_cast<unsigned long long>(files.rlim_cur));
    return 2;
  }
  std::printf("an event every %lld ms on each; watched for %d s\n",
              static_cast<long long>(pace.count()), seconds);
  std::printf("%-14s %7s %8s %12s %12s %10s %9s %9s %9s %9s\n", "", "open", "within s",
              "bytes/stream", "at the end", "events", "late p50", "p99", "max ms", "us/event");
  boost::json::array rows;
  for (const bool bare : {true, false})
    rows.push_back(run_apart(bare, streams, std::chrono::seconds(seconds)));
  if (!json.empty()) std::ofstream(json) << boost::json::serialize(rows) << '\n';
}
