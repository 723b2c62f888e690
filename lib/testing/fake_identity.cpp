// The fake token services: what they know, what they have handed out, and what goes wrong.
#include <reroute/http/date.hpp>
#include <reroute/testing/fake_identity.hpp>

#include "testing/certificates.hpp"
#include "testing/fake_answers.hpp"
#include "testing/fake_content.hpp"
#include "testing/identity_rules.hpp"
#include "testing/small_server.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <utility>

namespace reroute::testing {
namespace {

struct issued_token {
  identity_service by;
  std::string secret;
  bool good = true;
};

struct open_fault {
  identity_fault what;
  std::size_t left;
  std::optional<time_point> until;
};

// what the service says when it fails
std::string_view words_for(int status) {
  if (status == 404) return "not_found";
  if (status == 410) return "gone";
  if (status == 429) return "throttled";
  return status >= 500 ? "temporarily_unavailable" : "invalid_request";
}

std::string all_of(const heard_request& request) {
  std::string text = request.method + " " + request.target + " ";
  for (const auto& [name, value] : request.fields)
    text.append(name).append(": ").append(value).append(" ");
  return text + request.body;
}

}  // namespace

struct fake_identity::shared {
  shared(fake_identity_options how, std::shared_ptr<clock> when)
      : options(std::move(how)), time(std::move(when)) {}

  std::optional<http::response> answer(const heard_request& request, bool secure) {
    const std::lock_guard lock(mutex);
    auto said = decide(request, secure);
    if (said) {
      const auto today = std::chrono::floor<std::chrono::seconds>(time->wall_now());
      said->headers.set("date", http::format_http_date(today));
    }
    return said;
  }

  std::optional<http::response> decide(const heard_request& request, bool secure) {
    if (request.target.ends_with("/v1/messages")) return message(request);
    if (secure)
      if (auto said = entra_metadata(request)) return said;
    const std::optional<identity_service> by = service_of(request, secure);
    if (!by) return identity_error(identity_service::imds, 404, "not_found", "no such path");
    ++requests[*by];
    fake_request kept;
    kept.method = request.method;
    kept.target = request.target;
    for (const auto& [name, value] : request.fields)
      kept.headers.add(name, value);
    kept.body = request.body;
    last[*by] = std::move(kept);
    if (open_fault* const broken = fault_of(*by)) return failed(*broken, request);
    if (auto said = objection_to(*by, request, options)) return said;
    return hand_out(*by, request);
  }

  std::optional<http::response> failed(open_fault& broken, const heard_request& request) {
    if (broken.left > 0) --broken.left;
    const identity_fault& what = broken.what;
    if (what.silent) return std::nullopt;
    http::response said = identity_error(what.service, what.status, words_for(what.status), "fake");
    if (!what.body.empty()) {
      said.body = what.body;
      if (const auto at = said.body.find("{request}"); at != std::string::npos)
        said.body.replace(at, 9, all_of(request));
    }
    if (what.retry_after.count() > 0)
      said.headers.add("retry-after", std::to_string(what.retry_after.count()));
    if (!what.location.empty()) said.headers.add("location", what.location);
    return said;
  }

  http::response hand_out(identity_service by, const heard_request& request) {
    static constexpr std::array<const char*, 5> names = {"entra", "imds", "app-service", "ml",
                                                         "anthropic"};
    std::string secret = by == identity_service::anthropic ? "sk-ant-oat01-fake-" : "fake-";
    secret += std::string(names[static_cast<std::size_t>(by)]) + "-token-" +
              std::to_string(tokens.size() + 1) + "-0123456789abcdef";
    tokens.push_back({by, secret});
    tell_routes();
    std::string refresh;
    if (by == identity_service::anthropic && is_refresh_grant(request)) {
      old_secrets.push_back(options.refresh_token);
      refresh = "sk-ant-ort01-fake-refresh-" + std::to_string(tokens.size()) + "-0123456789abcdef";
      options.refresh_token = refresh;
    }
    return token_answer_of(by, secret, options,
                           std::chrono::floor<std::chrono::seconds>(time->wall_now()), refresh);
  }

  http::response message(const heard_request& request) {
    const bool foundry = request.target.starts_with("/anthropic/");
    const std::string_view bearer = request.field("authorization");
    const bool beta = request.field("anthropic-beta").find("oauth-2025-04-20") != std::string::npos;
    const auto known = [&](const issued_token& each) {
      return each.good && (each.by == identity_service::anthropic) != foundry &&
             bearer == "Bearer " + each.secret;
    };
    if (std::none_of(tokens.begin(), tokens.end(), known) || (!foundry && !beta))
      return error_answer(foundry ? face::azure : face::anthropic, 401, "invalid bearer token",
                          "req_fake");
    ++answered;
    return whole_answer({text_block("hello"), "claude", 3});
  }

  open_fault* fault_of(identity_service by) {
    for (auto at = faults.rbegin(); at != faults.rend(); ++at) {
      const bool counted = at->what.requests > 0, timed = at->until.has_value();
      if (at->what.service != by || (counted && at->left == 0)) continue;
      if (timed && time->now() >= *at->until) continue;
      return &*at;
    }
    return nullptr;
  }

  void tell_routes() {
    std::vector<std::string> good;
    for (const issued_token& each : tokens)
      if (each.good) good.push_back(each.secret);
    for (fake_route& each : routes)
      each.set_bearer_tokens(good);
  }

  fake_identity_options options;
  std::shared_ptr<clock> time;
  throwaway_ca ca;
  std::uint16_t secure_port = 0, plain_port = 0;
  std::vector<std::weak_ptr<small_server>> servers;  // they belong to the loop
  mutable std::mutex mutex;
  std::vector<issued_token> tokens;
  std::vector<std::string> old_secrets;
  std::vector<open_fault> faults;
  std::vector<fake_route> routes;
  std::map<identity_service, std::size_t> requests;
  std::map<identity_service, fake_request> last;
  std::size_t answered = 0;
};

fake_identity::fake_identity(asio::any_io_executor executor, fake_identity_options options,
                             std::shared_ptr<clock> time)
    : shared_(std::make_shared<shared>(std::move(options), std::move(time))) {
  const certified_key shown = shared_->ca.issue(shown_certificate::good);
  for (const bool secure : {true, false}) {
    const auto server = std::make_shared<small_server>(
        executor, secure ? &shown : nullptr, [state = shared_, secure](const heard_request& asked) {
          return state->answer(asked, secure);
        });
    (secure ? shared_->secure_port : shared_->plain_port) = server->port();
    server->start();
    shared_->servers.push_back(server);
  }
}

fake_identity::~fake_identity() { stop(); }

void fake_identity::stop() {
  for (const auto& each : std::exchange(shared_->servers, {}))
    if (const auto server = each.lock()) server->stop();
}

const fake_identity_options& fake_identity::options() const { return shared_->options; }

std::string fake_identity::authority() const {
  return "https://127.0.0.1:" + std::to_string(shared_->secure_port);
}

std::string fake_identity::anthropic_url() const { return authority(); }

std::string fake_identity::imds_host() const {
  return "http://127.0.0.1:" + std::to_string(shared_->plain_port);
}

std::string fake_identity::app_service_url() const { return imds_host() + "/msi/token"; }
std::string fake_identity::machine_learning_url() const { return imds_host() + "/MSI/auth"; }
const std::string& fake_identity::ca_pem() const { return shared_->ca.pem(); }

void fake_identity::trusted_by(fake_route route) {
  const std::lock_guard lock(shared_->mutex);
  shared_->routes.push_back(std::move(route));
  shared_->tell_routes();
}

void fake_identity::revoke() {
  const std::lock_guard lock(shared_->mutex);
  for (issued_token& each : shared_->tokens)
    each.good = false;
  shared_->tell_routes();
}

void fake_identity::inject(identity_fault what) {
  const std::lock_guard lock(shared_->mutex);
  open_fault open{std::move(what), 0, std::nullopt};
  open.left = open.what.requests;
  if (open.what.time.count() > 0) open.until = shared_->time->now() + open.what.time;
  shared_->faults.push_back(std::move(open));
}

void fake_identity::clear_faults() {
  const std::lock_guard lock(shared_->mutex);
  shared_->faults.clear();
}

std::size_t fake_identity::heard(identity_service by) const {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->requests.find(by);
  return found == shared_->requests.end() ? 0 : found->second;
}

std::size_t fake_identity::issued(identity_service by) const {
  const std::lock_guard lock(shared_->mutex);
  return static_cast<std::size_t>(
      std::count_if(shared_->tokens.begin(), shared_->tokens.end(),
                    [by](const issued_token& each) { return each.by == by; }));
}

std::size_t fake_identity::messages() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->answered;
}

std::optional<fake_request> fake_identity::last_request(identity_service to) const {
  const std::lock_guard lock(shared_->mutex);
  const auto found = shared_->last.find(to);
  return found == shared_->last.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> fake_identity::secrets() const {
  const std::lock_guard lock(shared_->mutex);
  std::vector<std::string> all = shared_->old_secrets;
  const fake_identity_options& own = shared_->options;
  all.insert(all.end(), {own.client_secret, own.identity_header, own.refresh_token});
  all.insert(all.end(), own.assertions.begin(), own.assertions.end());
  for (const issued_token& each : shared_->tokens)
    all.push_back(each.secret);
  return all;
}

}  // namespace reroute::testing
