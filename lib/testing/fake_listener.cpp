// One listener of the fake.
#include "testing/fake_listener.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include "testing/server_context.hpp"

#include <asio/error.hpp>
#include <asio/post.hpp>

#include <chrono>
#include <utility>
#include <vector>

namespace reroute::testing {

fake_listener::fake_listener(const asio::any_io_executor& executor,
                             std::shared_ptr<fake_route_state> route, const certified_key& shown)
    : acceptor_(executor, {asio::ip::address_v4::loopback(), 0}),
      pause_(executor),
      route_(std::move(route)) {
  if (!route_->plain_http()) context_.reset(make_server_context(shown, route_->options().http2));
  acceptor_.listen(4096);  // a storm connects at once
}

void fake_listener::start() {
  route_->drop_connections = [weak = weak_from_this(), executor = acceptor_.get_executor()] {
    asio::post(executor, [weak] {
      if (const auto self = weak.lock()) self->drop_connections();
    });
  };
  accept();
}

void fake_listener::accept() {
  acceptor_.async_accept(
      [self = shared_from_this()](std::error_code failed, asio::ip::tcp::socket socket) {
        if (!self->acceptor_.is_open()) return;
        if (!failed) {
          std::make_shared<fake_connection>(std::move(socket), self->context_.get(), self->route_,
                                            self->connections_)
              ->start();
          return self->accept();
        }
        // out of descriptors, most likely: some will be closed
        self->pause_.expires_after(std::chrono::milliseconds(10));
        self->pause_.async_wait([self](std::error_code stopped) {
          if (!stopped && self->acceptor_.is_open()) self->accept();
        });
      });
}

void fake_listener::close_all(bool reset) {
  // held, because closing may end a connection and take it off the list
  std::vector<std::shared_ptr<closable>> open;
  for (closable* each : *connections_)
    open.push_back(each->shared_from_this());
  for (const auto& each : open)
    each->close(reset);
}

void fake_listener::stop() {
  loop_error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  close_all(false);
}

void fake_listener::drop_connections() { close_all(true); }

}  // namespace reroute::testing
