// Connects to the first of several addresses that answers, without waiting for those that do not.
#include "io/connect_race.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <algorithm>
#include <utility>

namespace reroute::detail {
namespace {

using asio::ip::tcp;

// the families take turns, so that one that is broken costs one turn only
std::vector<tcp::endpoint> interleave(const std::vector<asio::ip::address>& addresses,
                                      std::uint16_t port) {
  std::vector<tcp::endpoint> first;
  std::vector<tcp::endpoint> second;
  for (const auto& address : addresses) {
    const bool same = address.is_v6() == addresses.front().is_v6();
    (same ? first : second).emplace_back(address, port);
  }
  std::vector<tcp::endpoint> mixed;
  for (std::size_t i = 0; i < std::max(first.size(), second.size()); ++i) {
    if (i < first.size()) mixed.push_back(first[i]);
    if (i < second.size()) mixed.push_back(second[i]);
  }
  return mixed;
}

}  // namespace

connect_race::connect_race(const asio::any_io_executor& executor, deadlines& time)
    : executor_(executor) {
  turn_.emplace(
      time, [](void* self) { static_cast<connect_race*>(self)->start_next(); }, this);
}

void connect_race::start(const std::vector<asio::ip::address>& addresses, std::uint16_t port,
                         bell& wake) {
  endpoints_ = interleave(addresses, port);
  wake_ = &wake;
  start_next();
}

void connect_race::stop() {
  wake_ = nullptr;
  next_ = endpoints_.size();
  turn_.reset();
  for (auto& socket : sockets_) {
    loop_error_code ignored;
    socket.close(ignored);
  }
}

void connect_race::start_next() {
  if (next_ == endpoints_.size()) return;
  const auto& endpoint = endpoints_[next_++];
  if (turn_ && next_ < endpoints_.size()) turn_->set_after(stagger);
  const auto runner = sockets_.emplace(sockets_.end(), executor_);
  ++runners_;
  tries_.push_back({endpoint.address()});
  // opens the socket too; a family that this machine lacks fails through the handler like the rest
  runner->async_connect(endpoint,
                        [self = shared_from_this(), runner, nth = tries_.size() - 1](
                            const loop_error_code& ec) { self->finished(runner, nth, ec); });
}

void connect_race::finished(std::list<tcp::socket>::iterator runner, std::size_t nth,
                            const loop_error_code& ec) {
  --runners_;
  tries_[nth].over = true;
  tries_[nth].error = ec;
  if (!ec && wake_ && !winner_) {
    winner_.emplace(std::move(*runner));
    sockets_.erase(runner);
    bell* const wake = wake_;
    stop();
    wake->ring();
    return;
  }
  sockets_.erase(runner);
  if (!wake_) return;
  if (next_ < endpoints_.size()) {
    start_next();
  } else if (runners_ == 0) {
    std::exchange(wake_, nullptr)->ring();
  }
}

std::optional<tcp::socket> connect_race::take_winner() {
  return std::exchange(winner_, std::nullopt);
}

}  // namespace reroute::detail
