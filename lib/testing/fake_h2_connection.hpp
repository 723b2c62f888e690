// One HTTP/2 connection to the fake: nghttp2's server side on a socket, which may be told to lie.
#pragma once

#include "testing/fake_connection.hpp"
#include "testing/fake_route_state.hpp"
#include "testing/peer_socket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct nghttp2_session;

namespace reroute::testing {

class fake_h2_connection final : public closable {
 public:
  fake_h2_connection(std::unique_ptr<peer_socket> peer, std::shared_ptr<fake_route_state> route,
                     std::shared_ptr<connection_list> list);
  fake_h2_connection(const fake_h2_connection&) = delete;
  fake_h2_connection& operator=(const fake_h2_connection&) = delete;
  ~fake_h2_connection() override;

  void start();
  void close(bool reset) override;

 private:
  // one request and its answer
  struct exchange {
    heard_request request;
    std::optional<reaction> decided;
    std::unique_ptr<timer> due;
    std::size_t sent = 0;     // of the body
    std::size_t allowed = 0;  // by now
    std::size_t end = 0;      // of what is sent at all
    bool answering = false;
    bool waits = false;  // for more of the body to be allowed
  };
  struct callbacks;
  enum class farewell : unsigned char { none, reset, abrupt, polite };

  [[nodiscard]] std::shared_ptr<fake_h2_connection> self() {
    return std::static_pointer_cast<fake_h2_connection>(shared_from_this());
  }
  void run();
  bool read();
  bool drain();
  bool write();
  void wait_for(peer_socket::result wanted);
  void heard(std::int32_t id);
  void answer(std::int32_t id);
  void submit(std::int32_t id, exchange& of);
  void wait(std::int32_t id, exchange& of, std::chrono::nanoseconds time);
  void allow_more(std::int32_t id);
  void ended(std::int32_t id, request_end how);
  // what is broken about it; true: there is no answer besides
  bool break_it(std::int32_t id, exchange& of);
  void flood(std::string_view frame, int times);

  std::unique_ptr<peer_socket> peer_;
  std::shared_ptr<fake_route_state> route_;
  std::shared_ptr<connection_list> list_;
  nghttp2_session* session_ = nullptr;
  std::map<std::int32_t, exchange> exchanges_;
  std::string out_;  // not written yet
  std::size_t written_ = 0;
  farewell farewell_ = farewell::none;
  bool awaits_read_ = false, awaits_write_ = false, closed_ = false;
  bool leaving_ = false;  // nothing more is sent; what still comes is thrown away
};

/// One frame's bytes (RFC 9113, 4.1), by hand.
[[nodiscard]] std::string h2_frame(std::uint8_t type, std::uint8_t flags, std::int32_t stream,
                                   std::string_view payload);

}  // namespace reroute::testing
