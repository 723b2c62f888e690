// A real server in front of our application, started from a configuration with names in it.
#pragma once

#include "tests/peers/app.hpp"
#include "tests/peers/program.hpp"
#include "tests/peers/stage.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::peers {

/// Which server, how it is called, and its configuration, in which @NAME@ stands for what is known at
/// its start: PORT, APP, CERTIFICATE, KEY, BOTH, FOLDER, and EXTRA, what a test wants besides.
struct server_kind {
  std::string_view program, package;
  std::vector<std::string> arguments;  ///< @CONFIGURATION@ is its path
  std::string_view configuration;
};

class proxied {
 public:
  /// Empty, and the test is skipped, without the program.
  static std::unique_ptr<proxied> start(stage& here, const server_kind& what,
                                        std::string extra = {});
  void signal(int number) const { server_->signal(number); }
  [[nodiscard]] std::string said() const { return server_->said(); }

  scratch_folder folder;
  reroute::peers::app app;

 private:
  explicit proxied(asio::io_context& loop) : app(loop) {}
  std::unique_ptr<process> server_;
};

/// The server takes a new configuration while calls are under way: none is lost, none is asked twice.
void reloads(stage& here, proxied& peer, int signal);

}  // namespace reroute::peers
