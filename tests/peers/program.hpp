// A real server's program: found, started in a folder of its own, ended, and missed loudly.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace reroute::peers {

/// Where the program is. Without it the test is skipped: says so, and which Debian package has it.
[[nodiscard]] std::optional<std::string> find_program(std::string_view name,
                                                      std::string_view package);

/// A folder that goes with its object.
class scratch_folder {
 public:
  scratch_folder();
  scratch_folder(const scratch_folder&) = delete;
  scratch_folder& operator=(const scratch_folder&) = delete;
  ~scratch_folder();
  [[nodiscard]] std::string path(std::string_view name = {}) const;
  /// Writes a file, and returns its path.
  std::string write(std::string_view name, std::string_view text) const;

 private:
  std::filesystem::path path_;
};

/// A port that nobody listens on now.
[[nodiscard]] unsigned short free_port();

/// A process that ends with its object. What it says goes to a file.
class process {
 public:
  process(const std::vector<std::string>& command, std::string log);
  process(const process&) = delete;
  process& operator=(const process&) = delete;
  ~process();
  void signal(int number) const;
  [[nodiscard]] bool alive();
  /// Waits until somebody accepts connections there. False if the process has ended instead.
  [[nodiscard]] bool listens(unsigned short port);
  [[nodiscard]] std::string said() const;
  /// Waits until it has said so. False if it has ended instead.
  [[nodiscard]] bool says(std::string_view what);

 private:
  pid_t id_ = -1;
  std::string log_;
};

}  // namespace reroute::peers
