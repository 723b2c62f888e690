// The server's side of HTTP/2 on a scripted connection: whole requests in, answers out frame by frame.
#pragma once

#include "tests/io/scripted_server.hpp"

#include <asio/awaitable.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

struct nghttp2_session;

namespace reroute::io_test {

/// A request that has come whole. Names of fields in lower case, pseudo fields among them.
struct h2_heard {
  std::int32_t id = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

struct h2_answer {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> fields = {};
  std::vector<std::string> frames = {};  ///< of the body, each a DATA frame, none of them empty
};

class h2_peer {
 public:
  /// `most`: streams at once, by its first SETTINGS; none: it says nothing of that.
  explicit h2_peer(server_connection& on, std::optional<std::uint32_t> most = {});
  h2_peer(const h2_peer&) = delete;
  h2_peer& operator=(const h2_peer&) = delete;
  ~h2_peer();

  /// Changes how many streams there may be at once.
  asio::awaitable<void> allow(std::uint32_t most);
  /// The next request; none when the client has gone.
  asio::awaitable<std::optional<h2_heard>> read_request();
  /// Says all of it at once, as far as the client's windows let it.
  asio::awaitable<void> answer(std::int32_t id, h2_answer what);
  /// The client said GOAWAY before it went.
  [[nodiscard]] bool heard_goodbye() const noexcept { return goodbye_; }

 private:
  struct callbacks;
  asio::awaitable<void> flush();

  server_connection& on_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, h2_heard> coming_;
  std::deque<h2_heard> whole_;
  std::map<std::int32_t, std::deque<std::string>> bodies_;
  bool goodbye_ = false;
};

/// A server that speaks HTTP/2 on "localhost".
server_options h2_server();
/// Answers each request with its own body, in one frame; counts the goodbyes of clients.
server_script h2_echo(int* goodbyes = nullptr);
/// Answers all requests alike.
server_script h2_answering(h2_answer what, h2_heard* heard = nullptr);
/// The text in frames of so many bytes.
std::vector<std::string> in_pieces(const std::string& text, std::size_t size);

}  // namespace reroute::io_test
