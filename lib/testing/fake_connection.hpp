// One connection to the fake: a machine of handlers, without a coroutine and nearly without buffers.
#pragma once

#include <reroute/io/clock.hpp>

#include "testing/fake_route_state.hpp"
#include "testing/peer_socket.hpp"
#include "testing/request_reader.hpp"

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace reroute::testing {

/// What a listener can end.
class closable : public std::enable_shared_from_this<closable> {
 public:
  virtual ~closable() = default;
  /// Ends it, whatever it does.
  virtual void close(bool reset) = 0;
};
/// The connections of a route. They are kept alive by their own waits on their sockets, so that they
/// die with the loop; this only finds them.
using connection_list = std::set<closable*>;

class fake_connection final : public closable {
 public:
  fake_connection(asio::ip::tcp::socket socket, SSL_CTX* context,
                  std::shared_ptr<fake_route_state> route, std::shared_ptr<connection_list> list);
  fake_connection(const fake_connection&) = delete;
  fake_connection& operator=(const fake_connection&) = delete;
  ~fake_connection() override;

  void start();
  void close(bool reset) override;

 private:
  enum class phase : unsigned char {
    handshake,
    reading,  // a request
    waiting,  // until the answer is due, or for ever
    writing,
    leaving,  // nothing more is sent; what still comes is thrown away until the peer leaves too
    closed,
  };
  enum class farewell : unsigned char { none, polite, abrupt, reset };

  void run();
  // each goes one step; false: nothing more can be done now
  bool shake_hands();
  bool read_request();
  bool watch_peer();
  bool write_answer();
  bool drain();

  [[nodiscard]] std::shared_ptr<fake_connection> self() {
    return std::static_pointer_cast<fake_connection>(shared_from_this());
  }
  void begin_answer(heard_request request);
  void compose();
  bool answer_ended();
  void speak_plainly();
  void put_into_bytes();
  void wait(std::chrono::nanoseconds time);
  void allow_more();
  void end_request(request_end how);
  bool wait_for(peer_socket::result wanted);
  void leave(farewell how);

  std::unique_ptr<peer_socket> socket_;
  peer_socket& peer_;
  std::shared_ptr<fake_route_state> route_;
  std::shared_ptr<connection_list> list_;
  std::unique_ptr<timer> timer_;
  phase phase_ = phase::handshake;
  bool awaits_read_ = false, awaits_write_ = false;
  request_reader reader_;
  std::string early_;  // what came while an answer was due
  std::optional<reaction> under_way_;
  bool close_asked_ = false;
  std::size_t served_ = 0;
  std::string out_;
  std::size_t sent_ = 0;
  std::size_t allowed_ = 0;         // how much of it may be sent by now
  std::vector<std::size_t> stops_;  // where the events of a paced stream end in it
  std::size_t next_stop_ = 0;
  farewell farewell_ = farewell::none;
};

}  // namespace reroute::testing
