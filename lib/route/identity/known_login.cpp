// What is known of a login in a file.
#include "route/identity/known_login.hpp"

#include <utility>

namespace reroute::detail {

seen_login known_login::look() {
  check_login_file(path_);
  seen_login seen;
  seen.filed = read_login_file(path_);
  const std::lock_guard lock(guard_);
  // a file that cannot be read now is taken to say what it said when it could
  if (ahead_ && !seen.filed.unread && !same_tokens(seen.filed, ahead_->filed)) ahead_.reset();
  if (ahead_) seen.filed = ahead_->filed.copy_of_tokens();
  seen.unwritten = ahead_.has_value();
  seen.tokens = (ahead_ ? ahead_->tokens : seen.filed).copy_of_tokens();
  return seen;
}

std::error_code known_login::keep(const seen_login& seen, kept_tokens& renewed) {
  kept_tokens there = read_login_file(path_);
  const bool others = !there.unread && !same_tokens(there, seen.filed);
  renewed.all = std::move(there.all);  // also what others wrote beside the tokens
  const std::error_code failed = others ? std::error_code() : write_login_file(path_, renewed);
  const std::lock_guard lock(guard_);
  ahead_.reset();
  if (failed) ahead_ = unwritten{seen.filed.copy_of_tokens(), renewed.copy_of_tokens()};
  return failed;
}

}  // namespace reroute::detail
