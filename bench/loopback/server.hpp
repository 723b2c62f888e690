// nginx on the last core: a message of 1 KB for every request, over TLS 1.3.
#pragma once

#include "bench/loopback/load.hpp"
#include "tests/peers/program.hpp"

#include <memory>
#include <string>
#include <vector>

namespace loopback {

class server {
 public:
  /// Null without nginx; it has said so then.
  static std::unique_ptr<server> nginx();
  /// node's, which answers each request after five seconds, but none before `count` are there.
  static std::unique_ptr<server> slow(std::size_t count);

  [[nodiscard]] const place& where() const noexcept { return place_; }
  reroute::peers::scratch_folder folder;

 private:
  server();
  void start(const std::vector<std::string>& command);
  std::string certificate_, key_;
  place place_;
  std::unique_ptr<reroute::peers::process> process_;
};

}  // namespace loopback
