// Runs a program in an environment that leads it to a fake Claude: `run_with_fake PROGRAM [ARG ...]`.
#include <reroute/testing/fake_server.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <spawn.h>
#include <string>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace {

// trusted by OpenSSL's own variable, as the program knows no fake
class certificate_file {
 public:
  explicit certificate_file(const std::string& pem)
      : path_(std::filesystem::temp_directory_path() / "reroute-readme-XXXXXX") {
    const int file = ::mkstemp(path_.data());
    if (file >= 0) ::close(file);
    std::ofstream(path_) << pem;
  }
  certificate_file(const certificate_file&) = delete;
  certificate_file& operator=(const certificate_file&) = delete;
  ~certificate_file() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// this process's environment, without what would lead elsewhere, and with what leads to the fake
std::vector<std::string> environment(const reroute::testing::fake_server& server,
                                     const std::string& trusted) {
  std::vector<std::string> all = {"ANTHROPIC_API_KEY=" + server.key(),
                                  "ANTHROPIC_BASE_URL=" + server.base_url(),
                                  "SSL_CERT_FILE=" + trusted};
  for (char** each = environ; *each; ++each) {
    const std::string_view variable = *each;
    if (!variable.starts_with("ANTHROPIC_") && !variable.starts_with("SSL_CERT_FILE="))
      all.emplace_back(variable);
  }
  return all;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << "usage: run_with_fake PROGRAM [ARG ...]\n";
    return 2;
  }
  const reroute::testing::fake_server server;
  const certificate_file trusted(server.ca_pem());
  std::vector<std::string> variables = environment(server, trusted.path());
  std::vector<char*> pointers;
  for (std::string& each : variables)
    pointers.push_back(each.data());
  pointers.push_back(nullptr);
  pid_t child = 0;
  if (const int failed =
          ::posix_spawn(&child, argv[1], nullptr, nullptr, argv + 1, pointers.data())) {
    std::cerr << argv[1] << ": " << std::error_code(failed, std::generic_category()).message()
              << '\n';
    return 2;
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
