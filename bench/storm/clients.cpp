// Before, After, a perfect loop per request, and reroute: over real sockets.
#include "bench/storm/clients.hpp"

#include <reroute/reroute.hpp>

#include "bench/storm/calls.hpp"
#include "bench/storm/figures.hpp"
#include "bench/storm/server_process.hpp"
#include "bench/support/article_loops.hpp"
#include "bench/support/per_request_loop.hpp"
#include "testing/scenario_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <stdexcept>

namespace storm {
namespace {

using reroute::testing::scenario;

// call `number`, with a prompt of as many tokens as the scenario wants, four bytes each
class questions {
 public:
  questions(const scenario& what, const std::vector<reroute::route>& routes) : what_(what) {
    const reroute::message_request shortest = at(0);
    const auto asked = shortest.encode(reroute::operation::create);
    const std::size_t bytes = write(routes.front(), asked).body.text().size();
    const std::size_t wanted = 4 * (std::max<std::size_t>(1, what.input_tokens) - 1);
    if (wanted > bytes) text_.append(wanted - bytes, '.');
  }
  [[nodiscard]] reroute::message_request at(std::size_t number) const {
    char user[32];
    std::snprintf(user, sizeof user, "call-%06zu", number);
    return reroute::message_request("claude-opus-4-8")
        .max_tokens(static_cast<int>(what_.max_tokens))
        .user_id(user)
        .user(text_);
  }
  static reroute::http::request write(const reroute::route& to,
                                      const reroute::encoded_request& asked) {
    const reroute::write_context context{reroute::operation::create, asked,
                                         to.models.on_route(asked.model()), to.credential.type(),
                                         to.credential.token().secret()};
    return to.write(context);
  }

 private:
  const scenario& what_;
  std::string text_ = "Hello?";
};

// what all loops of a run share
struct loop_world {
  std::string client;
  const scenario& what;
  std::vector<reroute::route> routes;
  questions asked;
  std::shared_ptr<reroute::transport> wire;
};

asio::awaitable<bool> one_loop(const loop_world& world, std::size_t number) {
  const auto deadline = std::chrono::steady_clock::now() + world.what.deadline;
  const reroute::message_request question = world.asked.at(number);
  const reroute::encoded_request encoded = question.encode(reroute::operation::create);
  bench::loop_context shared;
  shared.wire = world.wire;
  shared.random.seed(static_cast<std::minstd_rand::result_type>(world.what.seed * 7919 + number));
  for (const reroute::route& each : world.routes) {
    bench::plain_route made;
    made.request = [request = questions::write(each, encoded)] { return request; };
    made.resolve = each.resolve;
    shared.routes.push_back(std::move(made));
  }
  bool answered = false;
  if (world.client == "before")
    answered = co_await bench::before_loop(shared);
  else if (world.client == "after")
    answered = co_await bench::after_loop(shared);
  else
    answered = co_await bench::per_request_loop(shared, deadline);
  co_return answered;
}

asio::awaitable<bool> one_create(reroute::client& claude, const questions& asked,
                                 const reroute::call_options& options, std::size_t number) {
  const reroute::message_request question = asked.at(number);
  const reroute::message reply = co_await claude.create(question, options);
  co_return reply.route() != "";
}

}  // namespace

const std::vector<std::string>& client_names() {
  static const std::vector<std::string> names{"before", "after", "per_request", "reroute"};
  return names;
}

run_result run_client(const std::string& client, const scenario& what,
                      const reroute::testing::schedule& ideal) {
  const auto& names = client_names();
  if (std::find(names.begin(), names.end(), client) == names.end())
    throw std::invalid_argument("there is no client \"" + client + "\"");
  const reroute::plan plan = reroute::testing::plan_of(what);
  server_process server(what);
  asio::io_context io(1);
  calls all(io, what, ideal, "  " + client);
  const questions asked(what, server.routes());
  run_result made;
  if (client == "reroute") {
    reroute::client claude(io,
                           {.routes = server.routes(), .https = server.https(), .seed = what.seed});
    const auto options = reroute::call_options().deadline(what.deadline).plan(plan);
    server.begin();
    made.client =
        all.run([&](std::size_t number) { return one_create(claude, asked, options, number); });
    made.server = server.end();
  } else {
    const loop_world world{client, what, server.routes(), asked,
                           reroute::make_https_transport(io.get_executor(), server.https())};
    server.begin();
    made.client = all.run([&](std::size_t number) { return one_loop(world, number); });
    made.server = server.end();
    world.wire->shutdown();
  }
  made.figures = figures_of(what, client, ideal, made);
  return made;
}

}  // namespace storm
