// Checks, wipes and hides secrets.
#include "route/secret.hpp"

#include "http/text.hpp"
#include "route/identity/form.hpp"

#include <openssl/crypto.h>

#include <algorithm>
#include <stdexcept>

namespace reroute::detail {
namespace {

constexpr std::size_t longest_word = 31;
constexpr std::size_t longest_text = 300;
constexpr std::size_t shortest_secret = 8;
constexpr std::string_view hidden = "[hidden]";
constexpr std::string_view vendor_prefix = "sk-ant-";

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_control(char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }
bool is_foreign(char c) { return static_cast<unsigned char>(c) >= 0x80; }

// the letters of keys, JWTs, base64 in both alphabets, and what percent-encoding makes of them
bool is_secret_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-_.~+/=%").find(c) != std::string_view::npos;
}

void hide_known(std::string& text, std::string_view known) {
  if (known.empty()) return;
  for (std::size_t at = 0; (at = text.find(known, at)) != std::string::npos; at += hidden.size())
    text.replace(at, known.size(), hidden);
}

// hides it whole wherever it stands, and its beginning at the end of the text
void hide_form(std::string& text, std::string_view secret) {
  hide_known(text, secret);
  for (std::size_t left = std::min(secret.size() - 1, text.size()); left >= shortest_secret;
       --left) {
    if (!text.ends_with(secret.substr(0, left))) continue;
    text.replace(text.size() - left, left, hidden);
    return;
  }
}

}  // namespace

void wipe(std::string& secret) noexcept {
  // a short string that was moved from still has its letters beyond its end
  secret.resize(secret.capacity());
  OPENSSL_cleanse(secret.data(), secret.size());
  secret.clear();
}

void append_secret(std::string& to, std::string_view more) {
  if (to.capacity() < to.size() + more.size()) {
    std::string grown;
    grown.reserve(2 * (to.size() + more.size()));
    grown = to;
    wipe(to);
    to = std::move(grown);
  }
  to.append(more);
}

std::string_view secret_problem(std::string_view secret) noexcept {
  if (secret.empty()) return "is empty; set it";
  if (secret.back() == '\n' || secret.back() == '\r')
    return "ends in a line break, as text read from a file does; trim it";
  if (is_space(secret.front()) || is_space(secret.back()))
    return "has white space at an end; trim it";
  if (std::any_of(secret.begin(), secret.end(), is_space))
    return "has white space in it; give the secret alone, without \"Bearer\" or a variable's name";
  if (std::any_of(secret.begin(), secret.end(), is_control))
    return "has a control character in it; check how it was copied";
  if (std::any_of(secret.begin(), secret.end(), is_foreign))
    return "has a character outside ASCII in it; check how it was copied";
  if (secret.front() == '"' || secret.front() == '\'')
    return "begins with a quotation mark; give it without quotes";
  return {};
}

void check_secret(std::string_view what, std::string_view secret) {
  if (const std::string_view problem = secret_problem(secret); !problem.empty())
    throw std::invalid_argument(std::string(what).append(" ").append(problem));
}

void hide_secret(std::string& text, std::string_view secret) {
  if (secret.size() < shortest_secret) return;
  hide_form(text, secret);
  std::string changed;
  const wiped_at_end end(changed);
  changed.reserve(3 * secret.size());
  append_encoded(changed, secret);
  if (changed != secret) {
    hide_form(text, changed);
    for (std::size_t at = 0; (at = changed.find('%', at)) != std::string::npos; at += 3)
      for (const std::size_t digit : {at + 1, at + 2})
        changed[digit] = http::lower(changed[digit]);
    hide_form(text, changed);
  }
  if (secret.find_first_of("\"\\") == std::string_view::npos) return;
  changed.clear();
  for (const char c : secret) {
    if (c == '"' || c == '\\') changed += '\\';
    changed += c;
  }
  hide_form(text, changed);
}

std::string own_words(std::string_view text, std::string_view known) {
  std::string shown(text);
  hide_known(shown, known);
  std::replace_if(shown.begin(), shown.end(), is_control, ' ');
  return shown;
}

std::string redact(std::string_view text, std::string_view known) {
  std::string given(text);
  hide_known(given, known);
  std::string shown;
  for (auto at = given.cbegin(); at != given.cend() && shown.size() < longest_text;) {
    if (!is_secret_letter(*at)) {
      shown += is_control(*at) ? ' ' : *at;
      ++at;
      continue;
    }
    const auto end = std::find_if_not(at, given.cend(), is_secret_letter);
    const std::string_view word(&*at, static_cast<std::size_t>(end - at));
    const bool secret =
        word.size() > longest_word || word.find(vendor_prefix) != std::string_view::npos;
    shown += secret ? hidden : word;
    at = end;
  }
  wipe(given);
  if (shown.size() > longest_text) shown.resize(longest_text);
  return shown;
}

}  // namespace reroute::detail
