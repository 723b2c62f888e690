// Scenario files: every key is known, or the file is wrong.
#include "bench/support/scenario_file.hpp"

#include "bench/support/scenario_names.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

namespace bench {
namespace {

namespace json = boost::json;
namespace testing = reroute::testing;
using std::chrono::milliseconds;

// an object whose members are taken one after the other; what is left over is an error
class members {
 public:
  members(const json::value& of, std::string where) : where_(std::move(where)) {
    object_ = of.if_object();
    if (!object_) fail("", "must be an object");
  }
  template <class Value>
  members& take(std::string_view key, Value& into) {
    known_.emplace(key);
    const json::value* const found =
        object_->if_contains(json::string_view(key.data(), key.size()));
    if (found) read(*found, key, into);
    return *this;
  }
  void end() const {
    for (const json::key_value_pair& each : *object_) {
      const std::string key(each.key().data(), each.key().size());
      if (!known_.contains(key)) fail(key, "is not known here");
    }
  }

 private:
  [[noreturn]] void fail(std::string_view key, std::string_view what) const {
    throw std::runtime_error(where_ + (key.empty() ? "" : ": \"" + std::string(key) + "\"") + " " +
                             std::string(what));
  }
  double number(const json::value& from, std::string_view key) const {
    if (!from.is_number()) fail(key, "must be a number");
    return from.to_number<double>();
  }
  void read(const json::value& from, std::string_view key, double& into) const {
    into = number(from, key);
  }
  void read(const json::value& from, std::string_view key, int& into) const {
    into = static_cast<int>(number(from, key));
  }
  // sizes and seeds
  void read(const json::value& from, std::string_view key, std::uint64_t& into) const {
    if (number(from, key) < 0) fail(key, "must not be negative");
    into = static_cast<std::uint64_t>(number(from, key));
  }
  void read(const json::value& from, std::string_view key, bool& into) const {
    if (!from.is_bool()) fail(key, "must be true or false");
    into = from.get_bool();
  }
  void read(const json::value& from, std::string_view key, std::string& into) const {
    if (!from.is_string()) fail(key, "must be a string");
    into.assign(from.get_string().data(), from.get_string().size());
  }
  void read(const json::value& from, std::string_view key, milliseconds& into) const {
    const std::chrono::duration<double> seconds(number(from, key));
    into = std::chrono::round<milliseconds>(seconds);
  }
  template <class Enum>
  requires std::is_enum_v<Enum>
  void read(const json::value& from, std::string_view key, Enum& into) const {
    std::string said, known;
    read(from, key, said);
    for (const auto& [name, value] : names_of<Enum>::all) {
      if (said == name) {
        into = value;
        return;
      }
      known += (known.empty() ? "" : ", ") + std::string(name);
    }
    fail(key, "is \"" + said + "\"; known are " + known);
  }
  template <class Value>
  void read(const json::value& from, std::string_view key, std::vector<Value>& into) const {
    if (!from.is_array()) fail(key, "must be an array");
    into.clear();
    for (const json::value& each : from.get_array()) {
      Value& made = into.emplace_back();
      const std::string place = std::string(key) + "[" + std::to_string(into.size() - 1) + "]";
      read(each, place, made);
    }
  }
  void read(const json::value& from, std::string_view key, testing::scenario_event& into) const {
    members of(from, where_ + ", " + std::string(key));
    of.take("what", into.what).take("at", into.at).take("time", into.time);
    of.take("factor", into.factor).take("status", into.status).take("hint", into.hint);
    of.take("every", into.every).take("share", into.share).take("bare", into.bare).end();
  }
  void read(const json::value& from, std::string_view key, testing::limit_rule& into) const {
    members of(from, where_ + ", " + std::string(key));
    of.take("kind", into.kind).take("of", into.of).take("amount", into.amount);
    of.take("per", into.per).take("burst", into.burst).take("phase", into.phase).end();
  }
  void read(const json::value& from, std::string_view key, testing::scenario_mix& into) const {
    members of(from, where_ + ", " + std::string(key));
    of.take("share", into.share).take("model", into.model);
    of.take("input_tokens", into.input_tokens).take("output_tokens", into.output_tokens);
    of.take("max_tokens", into.max_tokens).end();
  }
  void read(const json::value& from, std::string_view key, testing::scenario_route& into) const {
    members of(from, where_ + ", " + std::string(key));
    of.take("name", into.name).take("face", into.face);
    of.take("rate", into.rate).take("burst", into.burst);
    of.take("window_requests", into.window_requests).take("window", into.window);
    of.take("input_tokens", into.input_tokens).take("input_tokens_burst", into.input_tokens_burst);
    of.take("output_tokens", into.output_tokens);
    of.take("output_tokens_burst", into.output_tokens_burst);
    of.take("limits", into.limits).take("used", into.used).take("used_since", into.used_since);
    of.take("forms", into.forms).take("hint_always", into.hint_always);
    of.take("hint_scale", into.hint_scale).take("hint_plus", into.hint_plus);
    of.take("sentence", into.sentence).take("sentence_per", into.sentence_per);
    of.take("words", into.words).take("limit_headers", into.limit_headers);
    of.take("headers_at_admission", into.headers_at_admission);
    of.take("headers_per", into.headers_per).take("headers_scale", into.headers_scale);
    of.take("headers_rounded", into.headers_rounded).take("way", into.way);
    of.take("way_to", into.way_to).take("refusal_latency_to", into.refusal_latency_to);
    of.take("tokens_per_second", into.tokens_per_second);
    of.take("stated", into.stated).take("latency", into.latency);
    of.take("latency_sigma", into.latency_sigma).take("tail_share", into.tail_share);
    of.take("tail_factor", into.tail_factor).take("refusal_latency", into.refusal_latency);
    of.take("skew", into.skew).take("events", into.events).end();
  }

  const json::object* object_ = nullptr;
  std::string where_;
  std::set<std::string, std::less<>> known_;
};

testing::scenario read_one(const json::value& from, const std::string& where) {
  testing::scenario made;
  members of(from, where);
  of.take("name", made.name).take("about", made.about).take("seed", made.seed);
  of.take("calls", made.calls).take("arrivals", made.arrivals).take("deadline", made.deadline);
  of.take("attempt_timeout", made.attempt_timeout);
  of.take("tags", made.tags).take("poisson", made.poisson).take("workers", made.workers);
  of.take("mixes", made.mixes).take("plan", made.plan).take("input_tokens", made.input_tokens);
  of.take("output_tokens", made.output_tokens).take("max_tokens", made.max_tokens);
  of.take("stall_at", made.stall_at).take("stall", made.stall).take("routes", made.routes).end();
  if (made.name.empty()) throw std::runtime_error(where + ": \"name\" is missing");
  return made;
}

}  // namespace

std::vector<testing::scenario> read_scenarios(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in) throw std::runtime_error(file.string() + ": cannot be read");
  json::error_code bad;
  const json::value whole = json::parse(text, bad);
  if (bad) throw std::runtime_error(file.string() + ": is not JSON: " + bad.message());
  if (!whole.is_array()) return {read_one(whole, file.string())};
  std::vector<testing::scenario> made;
  for (const json::value& each : whole.get_array())
    made.push_back(read_one(each, file.string() + "[" + std::to_string(made.size()) + "]"));
  return made;
}

}  // namespace bench
