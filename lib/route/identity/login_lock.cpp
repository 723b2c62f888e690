// The lock beside a login's file.
#include "route/identity/login_lock.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <unistd.h>

namespace reroute::detail {
namespace {

// beside the file itself, so that all links to it mean one lock
std::string beside(const std::string& login_path) {
  std::error_code failed;
  const std::filesystem::path target = std::filesystem::canonical(login_path, failed);
  return (failed ? login_path : target.string()) + ".lock";
}

int lock(int file, int how) {
  int result = 0;
  do {
    result = ::flock(file, how);
  } while (result != 0 && errno == EINTR);
  return result;
}

}  // namespace

login_lock::login_lock(const std::string& login_path) : path_(beside(login_path)) {}

login_lock::~login_lock() {
  if (file_ < 0) return;
  (void)lock(file_, LOCK_UN);  // a child that was forked meanwhile holds the file open, too
  ::close(file_);
}

bool login_lock::try_take() {
  if (file_ < 0)
    file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
  return file_ < 0 || lock(file_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

}  // namespace reroute::detail
