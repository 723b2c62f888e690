// A real server's program: found, started in a folder of its own, ended, and missed loudly.
#include "tests/peers/program.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <iostream>
#include <iterator>
#include <netinet/in.h>
#include <random>
#include <sstream>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace reroute::peers {
namespace {

struct tcp_socket {
  tcp_socket() : handle(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  tcp_socket(const tcp_socket&) = delete;
  tcp_socket& operator=(const tcp_socket&) = delete;
  ~tcp_socket() { close(handle); }
  int handle;
};

sockaddr_in loopback(unsigned short port) {
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_port = htons(port);
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return at;
}

bool accepts(unsigned short port) {
  const tcp_socket probe;
  const sockaddr_in at = loopback(port);
  return connect(probe.handle, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0;
}

}  // namespace

std::optional<std::string> find_program(std::string_view name, std::string_view package) {
  const char* const given = std::getenv("PATH");
  std::istringstream folders(std::string(given ? given : "") + ":/usr/sbin:/usr/local/sbin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    std::string path = folder + '/' + std::string(name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  std::cout << "SKIPPED: " << name << " is not here: install the Debian package " << package
            << std::endl;
  return std::nullopt;
}

scratch_folder::scratch_folder() {
  std::string made = (std::filesystem::temp_directory_path() / "reroute-peer-XXXXXX").string();
  if (!mkdtemp(made.data())) throw std::runtime_error("no temporary folder");
  path_ = made;
}

scratch_folder::~scratch_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string scratch_folder::path(std::string_view name) const { return (path_ / name).string(); }

std::string scratch_folder::write(std::string_view name, std::string_view text) const {
  std::string to = path(name);
  std::ofstream(to) << text;
  return to;
}

// outside the range from which outgoing connections get theirs
unsigned short free_port() {
  static std::mt19937 random{std::random_device{}()};
  std::uniform_int_distribution<int> any(10'000, 32'000);
  for (;;) {
    const auto port = static_cast<unsigned short>(any(random));
    const tcp_socket probe;
    const sockaddr_in at = loopback(port);
    if (bind(probe.handle, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) return port;
  }
}

process::process(const std::vector<std::string>& command, std::string log) : log_(std::move(log)) {
  std::vector<char*> words;
  for (const std::string& word : command)
    words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  const pid_t parent = getpid();
  id_ = fork();
  if (id_ < 0) throw std::runtime_error("no process");
  if (id_ == 0) {
    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent) _exit(1);
    const int out = open(log_.c_str(), O_CREAT | O_APPEND | O_WRONLY, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setenv("LC_ALL", "C", 1);
    execv(words[0], words.data());
    _exit(127);
  }
  setpgid(id_, id_);
}

process::~process() {
  if (id_ <= 0) return;
  kill(-id_, SIGKILL);  // and its workers
  waitpid(id_, nullptr, 0);
}

void process::signal(int number) const { kill(id_, number); }

bool process::alive() {
  if (id_ > 0 && waitpid(id_, nullptr, WNOHANG) == id_) {
    kill(-id_, SIGKILL);
    id_ = -1;
  }
  return id_ > 0;
}

bool process::listens(unsigned short port) {
  while (alive()) {
    if (accepts(port)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

bool process::says(std::string_view what) {
  while (alive()) {
    if (said().find(what) != std::string::npos) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

std::string process::said() const {
  std::ifstream file(log_);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace reroute::peers
