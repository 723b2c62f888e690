// How the stage is set, and calls are made on it.
#include "tests/network/world.hpp"

#include "tests/support/catch.hpp"

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>

#include <algorithm>
#include <utility>

using namespace std::chrono_literals;

namespace reroute::network {
namespace {

constexpr auto beat_every = 5ms;
constexpr auto most_per_beat = 10ms;

std::string text_to(const std::string& request) {
  const auto begin = request.find("user-");
  return text_for(request.substr(begin, request.find('"', begin) - begin));
}

testing::fake_route_options route_options(testing::face face, bool http2) {
  testing::fake_route_options options;
  options.face = face;
  options.http2 = http2;
  options.latency = testing::latency::uniform(0ms, 60ms);
  options.reply_to = text_to;
  options.stream_piece = 200;
  options.stream_pace = 5ms;
  return options;
}

asio::ip::address seen_at(unsigned number) {
  return asio::ip::address_v4(wire::address_of(number));
}

std::string with_name(std::string url, const std::string& name) {
  return url.replace(url.find("127.0.0.1"), 9, name);
}

asio::awaitable<std::vector<asio::ip::address>> look_up(const world* in, std::string name) {
  co_return in->names.at(name);
}

message_request question(std::size_t number) {
  return message_request("claude").max_tokens(16).user_id(user(number)).user("hello?");
}

}  // namespace

bool either() { return GENERATE(false, true); }

client_options asks_again_or_not(bool http2) {
  client_options options = impatient(http2);
  options.retry_lost_answers = GENERATE(true, false);
  return options;
}

std::string user(std::size_t number) { return "user-" + std::to_string(number); }

std::string text_for(const std::string& user) {
  std::string made;
  while (made.size() < 3000)
    made += user + ' ';
  return made;
}

client_options impatient(bool http2) {
  client_options options;
  options.deadline = 3s;
  options.attempt_timeout = 900ms;
  options.waits = {.base = 50ms, .cap = 300ms};
  options.gate.waits = options.waits;
  options.seed = 1;
  options.https.connect_timeout = 700ms;
  options.https.idle_timeout = 700ms;
  options.https.ping_interval = 250ms;
  options.https.versions = http2 ? http_versions::http2_or_1 : http_versions::http1;
  return options;
}

world::world(const private_network& on, bool http2, client_options options)
    : a(fake.add_route(route_options(testing::face::anthropic, http2))),
      b(fake.add_route(route_options(testing::face::azure, http2))),
      way(on, 3, 1),
      set(std::move(options)) {
  names = {{"a.fake.localhost", {seen_at(0)}}, {"b.fake.localhost", {seen_at(1)}}};
  set.routes = {
      anthropic({.api_key = a.key(), .base_url = with_name(a.base_url(), "a.fake.localhost")}),
      azure_foundry({.base_url = with_name(b.base_url(), "b.fake.localhost"), .api_key = b.key()})};
  set.https.tls.ca_pem = fake.ca_pem();
  set.time = time;
  set.https.resolver = [this](std::string name) { return look_up(this, std::move(name)); };
  claude.emplace(io, set);
  beat();
}

world::~world() {
  claude.reset();
  fake.stop();
  run_for(20ms);
}

// However late the loop is, it has had no more than a beat's time; and none if the emulator got no turn meanwhile.
void world::beat() {
  pulse_.expires_after(beat_every);
  pulse_.async_wait([this](loop_error_code stopped) {
    if (stopped) return;
    const auto now = steady::now();
    const auto turns = way.turns();
    if (turns != last_turns_) time->advance(std::min<duration>(now - last_beat_, most_per_beat));
    last_beat_ = now;
    last_turns_ = turns;
    beat();
  });
}

void world::on_both(const std::function<void(path&)>& change) {
  change(path_a());
  change(path_b());
}

std::shared_ptr<call_story> world::begin(bool streamed, const call_options& how) {
  auto story = std::make_shared<call_story>();
  story->number = ++last_number;
  story->streamed = streamed;
  story->deadline = how.deadline().value_or(set.deadline.value_or(default_deadline));
  story->begun = time->now();
  calls.push_back(story);
  return story;
}

void world::end(call_story& of, std::error_code code, const outcome& story) const {
  ++of.completions;
  of.code = code;
  of.outcome = story;
  of.took = std::chrono::duration_cast<std::chrono::milliseconds>(time->now() - of.begun);
}

std::shared_ptr<call_story> world::create(call_options how) {
  auto story = begin(false, how);
  claude->async_create(question(story->number), how,
                       [this, story](std::error_code code, const outcome& got) {
                         if (got.answer) story->text = got.answer->text();
                         end(*story, code, got);
                       });
  return story;
}

asio::awaitable<void> world::read(world* in, std::shared_ptr<call_story> into, call_options how) {
  try {
    const message_request asked = question(into->number);
    message_stream stream = co_await in->claude->stream(asked, how);
    while (std::optional<std::string> piece = co_await stream.next_text())
      into->text += *piece;
    in->end(*into, {}, stream.outcome());
  } catch (const api_error& failed) {
    in->end(*into, failed.code(), failed.outcome());
  }
}

std::shared_ptr<call_story> world::stream(call_options how) {
  auto story = begin(true, how);
  asio::co_spawn(io, read(this, story, std::move(how)), asio::detached);
  return story;
}

void world::traffic(std::size_t count, std::chrono::milliseconds over) {
  const auto begun = time->now();
  for (std::size_t i = 0; i < count; ++i) {
    if (i % 3 == 2) {
      stream();
    } else {
      create();
    }
    const auto next = begun + over * (i + 1) / count;
    run_for(std::chrono::ceil<std::chrono::milliseconds>(next - time->now()));
  }
}

void world::run_for(std::chrono::milliseconds span) {
  run_until([] { return false; }, span);
}

bool world::run_until(const std::function<bool()>& done, std::chrono::milliseconds most) {
  const auto until = time->now() + most;
  while (!done() && time->now() < until)
    io.run_one();
  return done();
}

bool world::finish() {
  std::chrono::milliseconds longest{0};
  for (const auto& each : calls)
    longest = std::max(longest, each->deadline);
  return run_until(
      [&] {
        return std::all_of(calls.begin(), calls.end(),
                           [](const auto& each) { return each->completions > 0; });
      },
      longest + 10s);
}

std::size_t world::answered() const {
  return static_cast<std::size_t>(std::count_if(
      calls.begin(), calls.end(), [](const auto& each) { return each->outcome.answered(); }));
}

}  // namespace reroute::network
