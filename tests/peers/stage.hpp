// A loop, the public transport, and the address of a real peer: the stage of these tests.
#pragma once

#include <reroute/http/message.hpp>
#include <reroute/io/https_transport.hpp>

#include "tests/io/world.hpp"

#include <asio/cancellation_signal.hpp>
#include <asio/io_context.hpp>

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace reroute::peers {

using io_test::answer;
using io_test::pending_fetch;

struct stage {
  explicit stage(http_versions versions);
  ~stage();

  asio::io_context io{1};
  https_options options;
  unsigned short port = 0;
  std::string protocol;               ///< as peers write it in `x-protocol`
  std::shared_ptr<transport> client;  ///< made by the first use

  [[nodiscard]] bool http2() const { return options.versions != http_versions::http1; }
  [[nodiscard]] std::string base_url() const { return "https://localhost:" + std::to_string(port); }
  [[nodiscard]] http::request request(std::string target, std::string body = {}) const;
  std::shared_ptr<pending_fetch> start(http::request request);
  std::shared_ptr<pending_fetch> start(std::string target, std::string body = {}) {
    return start(request(std::move(target), std::move(body)));
  }
  /// Runs the loop until `done`; hangs are ctest's to end.
  void run_until(const std::function<bool()>& done);
  answer ask(std::string target, std::string body = {});
  std::vector<answer> finish(const std::vector<std::shared_ptr<pending_fetch>>& all);
};

/// The different values of `x-connection`, the client's port: how many connections there were.
[[nodiscard]] std::set<std::string> connections(const std::vector<answer>& all);
[[nodiscard]] bool all_are(const std::vector<answer>& all, int status);
/// Bytes that show when some are missing or swapped.
[[nodiscard]] std::string pattern(std::size_t size);

/// PEM files of a certificate for localhost that the stage's client trusts.
struct certificate_files {
  std::string certificate, key, both;
};
class scratch_folder;
[[nodiscard]] certificate_files write_certificate(const scratch_folder& into);

}  // namespace reroute::peers
