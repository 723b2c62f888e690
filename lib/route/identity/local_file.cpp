// Small local files.
#include "route/identity/local_file.hpp"

#include <reroute/error/errc.hpp>

#include "http/text.hpp"
#include "route/clean_error.hpp"
#include "route/secret.hpp"

#include <openssl/rand.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace reroute::detail {
namespace {

constexpr std::size_t longest_token = 64 * 1024;
constexpr mode_t others_may_read = 0044;
constexpr mode_t others_may_write = 0022;

class descriptor {
 public:
  explicit descriptor(int number) : number_(number) {}
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  ~descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

std::error_code last_error() { return {errno, std::generic_category()}; }

std::error_code write_all(int to, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(to, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return last_error();
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(to) == 0 ? std::error_code() : last_error();
}

std::error_code write_new_file(const std::string& path, std::string_view text) {
  const descriptor file(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  return file.get() < 0 ? last_error() : write_all(file.get(), text);
}

// the name of a new file outlasts a power failure too; best effort, not all file systems can
void sync_folder(const std::filesystem::path& folder) {
  const descriptor opened(
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (opened.get() >= 0) (void)::fsync(opened.get());
}

}  // namespace

file_reading read_small_file(const std::string& path, std::size_t limit) {
  file_reading read;
  // O_NONBLOCK: opening a pipe must not wait for its other end
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat facts {};
  if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) {
    read.error = last_error();
    return read;
  }
  if (!S_ISREG(facts.st_mode)) {
    read.error = std::make_error_code(std::errc::invalid_argument);
    return read;
  }
  std::string& text = read.text.text();
  text.resize(limit + 1 < static_cast<std::size_t>(facts.st_size) + 1
                  ? limit + 1
                  : static_cast<std::size_t>(facts.st_size) + 1);
  std::size_t size = 0;
  for (;;) {
    const auto got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) read.error = last_error();
    if (got <= 0 || (size += static_cast<std::size_t>(got)) == text.size()) break;
  }
  if (size > limit) read.error = std::make_error_code(std::errc::file_too_large);
  text.resize(size);
  return read;
}

std::string loose_permissions(const std::string& path) {
  struct stat facts {};
  if (::stat(path.c_str(), &facts) != 0) return {};
  const char* may = nullptr;
  if ((facts.st_mode & others_may_write) != 0)
    may = "write";
  else if ((facts.st_mode & others_may_read) != 0)
    may = "read";
  if (!may) return {};
  return path + " holds a secret, and others may " + may + " it; run: chmod 600 " + path;
}

secret_text read_token_file(const std::string& path, std::string_view what) {
  file_reading read = read_small_file(path, longest_token);
  const std::string named = std::string(what) + " " + path;
  if (read.error) throw clean_error(read.error, named + ": " + read.error.message(), false);
  const std::string_view token = http::trimmed(read.text.get());
  if (token.empty()) throw clean_error(errc::credential_failed, named + " is empty", false);
  if (!secret_problem(token).empty())
    throw clean_error(errc::credential_failed, named + " does not hold a token", false);
  return secret_text(std::string(token));
}

std::error_code write_private_file(const std::string& path, std::string_view text) {
  std::error_code failed;
  std::filesystem::path target = std::filesystem::canonical(path, failed);
  if (failed) target = path;  // a new one
  const auto folder = target.parent_path();
  if (!folder.empty() && !std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    if (failed) return failed;
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  std::uint32_t dice = 0;
  if (RAND_bytes(reinterpret_cast<unsigned char*>(&dice), sizeof dice) != 1)
    return std::make_error_code(std::errc::resource_unavailable_try_again);
  const std::string beside = target.string() + "." + std::to_string(dice) + ".tmp";
  failed = write_new_file(beside, text);
  if (!failed && ::rename(beside.c_str(), target.c_str()) != 0) failed = last_error();
  if (failed) {
    ::unlink(beside.c_str());
  } else {
    sync_folder(folder);
  }
  return failed;
}

}  // namespace reroute::detail
