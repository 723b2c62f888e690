// The turn to renew a login that several programs share.
#pragma once

#include <string>

namespace reroute::detail {

/// A lock that programs with reroute take before they redeem a refresh token: one that is good once must not be
/// redeemed by two of them. Never waits. It ends with this object, and with the process that holds it.
///
/// It lies in a file beside the login's, which stays: `NAME.lock` (flock(2), mode 0600, empty). Where there
/// cannot be one (the folder is read-only, the file system knows no locks) everybody has the turn.
class login_lock {
 public:
  /// Of the login in this file, or in what a link there points to.
  explicit login_lock(const std::string& login_path);
  login_lock(const login_lock&) = delete;
  login_lock& operator=(const login_lock&) = delete;
  ~login_lock();

  /// False if somebody else has the turn: another program, or another source of this one.
  [[nodiscard]] bool try_take();

 private:
  std::string path_;
  int file_ = -1;
};

}  // namespace reroute::detail
