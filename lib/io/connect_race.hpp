// Connects to the first of several addresses that answers, without waiting for those that do not.
#pragma once

#include <reroute/detail/loop_error_code.hpp>

#include "io/bell.hpp"
#include "io/connect_report.hpp"
#include "io/deadlines.hpp"

#include <asio/any_io_executor.hpp>
#include <asio/ip/tcp.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <optional>
#include <vector>

namespace reroute::detail {

/// Happy eyeballs (RFC 8305): the next address gets its turn when the last one failed, or has not
/// answered for a quarter of a second. Handlers keep the race alive; `stop` ends it.
class connect_race : public std::enable_shared_from_this<connect_race> {
 public:
  static constexpr std::chrono::milliseconds stagger{250};

  connect_race(const asio::any_io_executor& executor, deadlines& time);

  /// Begins; rings `wake` once, when there is a winner or no hope.
  void start(const std::vector<asio::ip::address>& addresses, std::uint16_t port, bell& wake);
  /// Closes what is under way; `wake` is not rung any more.
  void stop();

  [[nodiscard]] bool over() const noexcept { return winner_.has_value() || runners_ == 0; }
  /// The connected socket, if any.
  [[nodiscard]] std::optional<asio::ip::tcp::socket> take_winner();
  /// The addresses that were tried so far, in that order.
  [[nodiscard]] const std::vector<connect_try>& tries() const noexcept { return tries_; }

 private:
  void start_next();
  void finished(std::list<asio::ip::tcp::socket>::iterator runner, std::size_t nth,
                const loop_error_code& ec);

  asio::any_io_executor executor_;
  std::vector<asio::ip::tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
  std::size_t runners_ = 0;
  std::list<asio::ip::tcp::socket> sockets_;
  std::optional<asio::ip::tcp::socket> winner_;
  std::vector<connect_try> tries_;
  bell* wake_ = nullptr;
  std::optional<deadline> turn_;
};

}  // namespace reroute::detail
