// A transport that says its lines and remembers what it heard.
#include <reroute/testing/script.hpp>

#include "testing/script_state.hpp"
#include "testing/scripted_body.hpp"

#include <asio/error.hpp>
#include <asio/this_coro.hpp>

#include <utility>

namespace reroute::testing {

std::size_t script::state::hear(const http::request& request) {
  heard_exchange entry;
  entry.method = request.method;
  entry.url = request.url;
  entry.headers = request.headers;
  entry.body = request.body.text();
  entry.when = time->now();
  heard.push_back(std::move(entry));
  return heard.size() - 1;
}

line script::state::choose(const http::request& request, std::size_t place) {
  for (expectation& each : expectations) {
    if (!each.fits(request)) continue;
    if (const line* next = each.next()) return *next;
  }
  if (on_request) return on_request(request);
  if (otherwise) return *otherwise;
  heard[place].expected = false;
  failures.push_back("unexpected " + request.method + " " + request.url.text() + ": request " +
                     std::to_string(place + 1) + " fits no expectation that has lines left");
  http::response refusal;
  refusal.status = 400;
  refusal.body = "reroute::testing::script: " + failures.back();
  return refusal;
}

script::script(std::shared_ptr<clock> time) : state_(std::make_shared<state>()) {
  state_->time = std::move(time);
}

script::~script() { shutdown(); }

expectation& script::expect(std::string_view method, std::string_view path) {
  return state_->expectations.emplace_back(method, path);
}

script& script::on_request(std::function<line(const http::request& request)> say) {
  state_->on_request = std::move(say);
  return *this;
}

script& script::default_answer(line say) {
  state_->otherwise = std::move(say);
  return *this;
}

const std::vector<heard_exchange>& script::heard() const noexcept { return state_->heard; }
const std::vector<std::string>& script::failures() const noexcept { return state_->failures; }
std::size_t script::in_flight() const noexcept { return state_->in_flight; }
bool script::is_shut_down() const noexcept { return state_->shut; }

std::size_t script::unsaid() const noexcept {
  std::size_t count = 0;
  for (const expectation& each : state_->expectations)
    count += each.unsaid();
  return count;
}

std::string script::report() const {
  std::string text;
  for (const std::string& each : state_->failures)
    text += each + "\n";
  for (const expectation& each : state_->expectations) {
    if (each.unsaid() == 0) continue;
    text +=
        each.method_ + " " + each.path_ + ": " + std::to_string(each.unsaid()) + " lines unsaid\n";
  }
  return text;
}

namespace {

struct counted {
  explicit counted(std::size_t& in) : count(in) { ++count; }
  counted(const counted&) = delete;
  counted& operator=(const counted&) = delete;
  ~counted() { --count; }
  std::size_t& count;
};

}  // namespace

asio::awaitable<exchange_result> script::exchange(http::request request) {
  const std::shared_ptr<state> kept = state_;
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  exchange_result result;
  if (kept->shut) {
    result.error.code = make_error_code(asio::error::operation_aborted);
    co_return result;
  }
  const std::size_t place = kept->hear(request);
  line said = kept->choose(request, place);
  bool come = false;
  {
    const counted here(kept->in_flight);
    listed_wait wait(kept, executor);
    std::optional<line::delay> delay;
    if (said.kind_ != line::kind::silence) delay = said.head_delay_;
    come = co_await wait.pass(delay);
  }
  if (!come) {
    kept->heard[place].cancelled = true;
    result.error.code = make_error_code(asio::error::operation_aborted);
    result.error.sent = said.sent_;
    co_return result;
  }
  if (said.kind_ == line::kind::failure) {
    result.error = transport_error{said.code_, said.sent_, said.detail_};
    co_return result;
  }
  result.head.status = said.response_.status;
  result.head.headers = said.response_.headers;
  result.body = std::make_unique<scripted_body>(kept, place, std::move(said), executor);
  co_return result;
}

void script::shutdown() {
  state_->shut = true;
  // a wait that ends leaves the list, but not before the loop runs on
  for (scripted_wait* each : state_->waits)
    each->shut();
}

}  // namespace reroute::testing
