// A folder of its own for one test, gone afterwards; and an environment by hand.
#pragma once

#include <reroute/route/environment_lookup.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <stdlib.h>
#include <string>
#include <utility>

namespace tests {

class folder {
 public:
  folder() {
    std::string pattern = std::filesystem::temp_directory_path() / "reroute-XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }
  folder(const folder&) = delete;
  folder& operator=(const folder&) = delete;
  ~folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string path(const std::string& name) const { return path_ + "/" + name; }
  /// Writes a file that only this user may read, or with another mode.
  std::string write(const std::string& name, const std::string& text, unsigned mode = 0600) const {
    const std::string where = path(name);
    std::filesystem::create_directories(std::filesystem::path(where).parent_path());
    std::ofstream(where, std::ios::binary) << text;
    std::filesystem::permissions(where, static_cast<std::filesystem::perms>(mode));
    return where;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ostringstream all;
    all << std::ifstream(path(name), std::ios::binary).rdbuf();
    return all.str();
  }

 private:
  std::string path_;
};

using variables = std::map<std::string, std::string, std::less<>>;

inline reroute::environment_lookup lookup(variables set) {
  return [set = std::move(set)](std::string_view name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  };
}

}  // namespace tests
