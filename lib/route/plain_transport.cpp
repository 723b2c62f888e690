// The transport for services of this machine.
#include "route/plain_transport.hpp"

#include <reroute/error/errc.hpp>
#include <reroute/io/https_transport.hpp>

#include <chrono>
#include <utility>

namespace reroute::detail {
namespace {

class plain_transport final : public transport {
 public:
  explicit plain_transport(std::shared_ptr<transport> inner) : inner_(std::move(inner)) {}

  asio::awaitable<exchange_result> exchange(http::request request) override {
    if (request.url.scheme == "http") return inner_->exchange(std::move(request));
    return refuse();
  }
  asio::awaitable<transport_error> drain(std::chrono::milliseconds within) override {
    return inner_->drain(within);
  }
  void shutdown() override { inner_->shutdown(); }

 private:
  static asio::awaitable<exchange_result> refuse() {
    exchange_result result;
    result.error.code = errc::rejected;
    result.error.detail = "this transport carries http:// only";
    co_return result;
  }
  std::shared_ptr<transport> inner_;
};

}  // namespace

std::shared_ptr<transport> make_plain_transport(asio::any_io_executor executor,
                                                std::shared_ptr<clock> time) {
  https_options options;
  options.allow_plain_http = true;
  options.tls.dangerously_accept_any_certificate = true;  // loads no roots; no TLS gets this far
  options.connect_timeout = std::chrono::seconds(2);
  options.keep_alive = std::chrono::seconds(1);
  options.max_connections = 4;
  options.max_connecting = 4;
  options.max_body_size = 1024 * 1024;
  return std::make_shared<plain_transport>(
      make_https_transport(std::move(executor), std::move(options), std::move(time)));
}

}  // namespace reroute::detail
