// The readings of token endpoints' answers.
#include "route/identity/token_answer.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/http/date.hpp>
#include <reroute/http/retry_after.hpp>

#include "http/text.hpp"
#include "route/identity/secret_json.hpp"
#include "route/secret.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace reroute::detail {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using seconds = std::chrono::seconds;

constexpr std::int64_t longest_life = 10LL * 365 * 24 * 3600;  // more is for ever
constexpr seconds long_life = 2h;                              // worth a refresh at half of it

const json::value* find(const json::object& in, std::string_view name) {
  return in.if_contains(json::string_view(name.data(), name.size()));
}

std::optional<std::int64_t> end_at(const json::object& in, std::string_view name) {
  if (const auto number = number_at(in, name)) return number;
  const std::optional<http::date> date = http::parse_rfc3339(http::trimmed(secret_at(in, name)));
  return date ? std::optional<std::int64_t>(date->time_since_epoch().count()) : std::nullopt;
}

std::optional<seconds> shortest(std::optional<std::int64_t> a, std::optional<std::int64_t> b) {
  if (!a && !b) return std::nullopt;
  const std::int64_t life = std::min(a.value_or(longest_life), b.value_or(longest_life));
  return seconds(std::clamp<std::int64_t>(life, 0, longest_life));
}

http::date today(const token_reading& how) {
  return std::chrono::time_point_cast<std::chrono::seconds>(how.now);
}

// what is left of the token's life; `ended`: nothing, and that is certain
struct token_life {
  std::optional<seconds> left = {};
  bool ended = false;
};

token_life life_of(const json::object& said, const http::response& answer,
                   const token_reading& how) {
  const auto in = number_at(said, "expires_in");
  token_life life{shortest(in, std::nullopt), in && *in <= 0};
  if (how.from != token_endpoint::managed_identity) return life;
  const auto on = end_at(said, "expires_on");
  if (!on) return life;
  std::optional<http::date> then;
  if (const auto date = answer.headers.find("date"))
    then = http::parse_http_date(*date, today(how));
  const std::int64_t now = then.value_or(today(how)).time_since_epoch().count();
  const std::int64_t left = std::clamp<std::int64_t>(*on, 0, now + longest_life) - now;
  life.left = shortest(in, left);
  // without the service's own date it may be the clock here that is wrong
  if (then && left <= 0) life.ended = true;
  return life;
}

std::error_code code_of(int status) {
  switch (status) {
    case 400:
      return errc::credential_failed;  // what was sent is no proof
    case 401:
    case 403:
      return errc::unauthorized;
    case 408:
    case 504:
      return errc::provider_timeout;
    case 429:
      return errc::rate_limited;
    case 503:
    case 529:
      return errc::overloaded;
    default:
      return status >= 500 ? errc::server_error : errc::rejected;
  }
}

bool may_pass(int status, token_endpoint from) {
  if (status == 408 || status == 429 || status >= 500) return status != 501;
  // a metadata service that is being updated is not there, or gone
  return from == token_endpoint::managed_identity && (status == 404 || status == 410);
}

void append_part(std::string& text, std::string_view part) {
  if (part.empty()) return;
  text.append(text.empty() ? "" : ": ").append(part);
}

// the safe fields of an error
std::string words_of(const json::object& said) {
  std::string words;
  append_part(words, secret_at(said, "error"));
  append_part(words, secret_at(said, "error_description"));
  append_part(words, secret_at(said, "message"));
  if (const json::value* const inner = find(said, "error"); inner && inner->is_object()) {
    append_part(words, secret_at(inner->get_object(), "code"));
    append_part(words, secret_at(inner->get_object(), "message"));
  }
  if (const std::string_view uri = secret_at(said, "error_uri"); !uri.empty())
    words.append(" (").append(uri).append(")");
  return words;
}

// foreign words, fit to stand among ours
std::string shown(std::string words, const token_reading& how) {
  const wiped_at_end echo(words);
  for (const std::string_view secret : how.secrets)
    hide_secret(words, secret);
  return redact(words);
}

token_result refused(const http::response& answer, const json::object* said,
                     const token_reading& how) {
  std::string text = std::string(how.who) + " answered " + std::to_string(answer.status);
  if (answer.status / 100 == 3) {
    text += ", a redirect, which is not followed";
  } else if (said) {
    append_part(text, shown(words_of(*said), how));
  } else {
    text += ", and no JSON";
  }
  if (!how.cure.empty() && (answer.status == 400 || answer.status == 401))
    text.append("; ").append(how.cure);
  if (how.from == token_endpoint::anthropic)
    if (const auto id = answer.headers.find("request-id"); id && !id->empty())
      text.append(" [").append(shown(std::string(*id), how).substr(0, 40)).append("]");
  token_result result(code_of(answer.status), may_pass(answer.status, how.from), std::move(text));
  if (const auto hint = http::find_retry_after(answer.headers, today(how)))
    result.rest = hint->wait;
  return result;
}

token_result malformed(const token_reading& how, std::string_view why) {
  return {errc::malformed_answer, true,
          std::string(how.who) + " answered 200, but " + std::string(why)};
}

}  // namespace

token_result read_token_answer(const http::response& answer, const token_reading& how) {
  const std::optional<json::value> body = parse_secret_object(answer.body);
  const json::object* const said = body ? &body->get_object() : nullptr;
  if (answer.status / 100 != 2) return refused(answer, said, how);
  if (!said) return malformed(how, "its body is no JSON object");
  const std::string_view secret = secret_at(*said, "access_token");
  if (secret.empty()) return malformed(how, "without an access_token");
  if (secret_problem(secret) != std::string_view())
    return malformed(how, "its access_token cannot be sent");
  const std::string_view type = secret_at(*said, "token_type");
  if (!type.empty() && !http::same_text(type, "bearer"))
    return malformed(how, "its token_type is not Bearer");
  const auto [life, ended] = life_of(*said, answer, how);
  if (ended) return malformed(how, "with a token that has already ended");
  if (!life) return malformed(how, "without a readable expires_in");

  std::optional<access_token::wall_time> refresh;
  if (const auto wish = shortest(number_at(*said, "refresh_in"), std::nullopt); wish > 0s)
    refresh = how.now + *wish;
  if (how.from == token_endpoint::managed_identity && *life > long_life)
    refresh = how.now + *life / 2;
  return token_result(access_token(std::string(secret), how.now + *life, refresh));
}

}  // namespace reroute::detail
