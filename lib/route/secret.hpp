// What may be sent as a secret, how memory forgets one, and how a text is cleaned of them.
#pragma once

#include <string>
#include <string_view>

namespace reroute::detail {

/// Empties `secret` and overwrites all the memory that it holds.
void wipe(std::string& secret) noexcept;

/// Appends to a text with a secret in it. It grows by hand: what a string leaves behind when it grows is not
/// wiped.
void append_secret(std::string& to, std::string_view more);

/// Wipes a string at the end of a scope: one that was moved from has its letters still if it was short.
class wiped_at_end {
 public:
  explicit wiped_at_end(std::string& secret) : secret_(secret) {}
  wiped_at_end(const wiped_at_end&) = delete;
  wiped_at_end& operator=(const wiped_at_end&) = delete;
  ~wiped_at_end() { wipe(secret_); }

 private:
  std::string& secret_;
};

/// Why `secret` cannot be a credential, and the cure; empty if it can. Never repeats it.
[[nodiscard]] std::string_view secret_problem(std::string_view secret) noexcept;

/// Throws `std::invalid_argument` that begins with `what` unless `secret` can be a credential.
void check_secret(std::string_view what, std::string_view secret);

/// Replaces `secret` in a foreign text by "[hidden]", also as a form, a URL or JSON has it, and where the
/// text was cut within it. One that is shorter than eight letters protects nothing, is a word or a number elsewhere, and stays.
void hide_secret(std::string& text, std::string_view secret);

/// Our own words with `known` hidden in them, and control characters (of a file's name) as spaces.
[[nodiscard]] std::string own_words(std::string_view text, std::string_view known);

/// A foreign text, fit to be shown: what looks like a secret (`known`, `sk-ant-...`, and any run of
/// 32 letters, digits and the like without a space) becomes "[hidden]", control characters become
/// spaces, and it is cut after 300 bytes.
[[nodiscard]] std::string redact(std::string_view text, std::string_view known = {});

}  // namespace reroute::detail
