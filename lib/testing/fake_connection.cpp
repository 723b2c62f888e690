// Serving one connection of the fake, over TLS or plainly.
#include "testing/fake_connection.hpp"

#include "testing/fake_answers.hpp"

#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/ssl/stream.hpp>
#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace reroute::testing {
namespace {

asio::awaitable<void> wait_until(const std::shared_ptr<clock>& time, time_point when) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer signal(executor, asio::steady_timer::time_point::max());
  const std::unique_ptr<timer> alarm = time->make_timer(executor);
  alarm->wake_at(when, [&signal] { signal.cancel(); });
  std::error_code woken;
  co_await signal.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

// counts a request as under way for as long as it lives
struct under_way {
  explicit under_way(fake_route_state& of) : route(of) { route.begin_request(); }
  under_way(const under_way&) = delete;
  under_way& operator=(const under_way&) = delete;
  ~under_way() { route.end_request(); }
  fake_route_state& route;
};

std::string broken_bytes(const reaction& decided) {
  switch (decided.broken->kind) {
    case fault_kind::garbage:
      return "\x16\x03this is no HTTP\r\n\r\n";
    case fault_kind::html: {
      http::response page;
      page.status = decided.broken->status;
      page.headers.add("content-type", "text/html");
      page.body = "<html><body><h1>Bad gateway</h1></body></html>";
      return to_bytes(page, false);
    }
    case fault_kind::reset_after_head: {
      const std::string whole = to_bytes(decided.answer, false);
      return whole.substr(0, whole.find("\r\n\r\n") + 4);
    }
    case fault_kind::truncated_body: {
      const std::string whole = to_bytes(decided.answer, false);
      return whole.substr(0, whole.size() - decided.answer.body.size() / 2);
    }
    default:
      return {};
  }
}

template <class Stream>
asio::awaitable<void> serve(Stream& stream, std::shared_ptr<fake_route_state> route) {
  request_reader reader;
  std::array<char, 16 * 1024> buffer;
  std::error_code failed;
  auto state = request_reader::state::need_more;
  for (;;) {
    while (state == request_reader::state::need_more) {
      const std::size_t got = co_await stream.async_read_some(
          asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, failed));
      if (failed) co_return;
      state = reader.feed({buffer.data(), got});
    }
    if (state == request_reader::state::broken) {
      const std::string bytes = to_bytes(error_answer(face::anthropic, 400, "not HTTP/1.1"), true);
      co_await asio::async_write(stream, asio::buffer(bytes),
                                 asio::redirect_error(asio::use_awaitable, failed));
      co_return;
    }
    const under_way counted(*route);
    const heard_request request = reader.take();
    reaction decided = route->hear(request);
    decided.answer.headers.add(
        "date",
        http::format_http_date(std::chrono::floor<std::chrono::seconds>(route->time->wall_now())));
    decided.answer.headers.add("request-id", "req_fake");
    if (decided.after.count() > 0)
      co_await wait_until(route->time, route->time->now() + decided.after);
    if (decided.broken && decided.broken->kind == fault_kind::silence) {
      // whatever comes next is the end of it
      co_await stream.async_read_some(asio::buffer(buffer),
                                      asio::redirect_error(asio::use_awaitable, failed));
      co_return;
    }
    const std::string bytes =
        decided.broken ? broken_bytes(decided) : to_bytes(decided.answer, false);
    if (!bytes.empty())
      co_await asio::async_write(stream, asio::buffer(bytes),
                                 asio::redirect_error(asio::use_awaitable, failed));
    const bool page = decided.broken && decided.broken->kind == fault_kind::html;
    if (failed || (decided.broken && !page)) co_return;
    state = reader.feed({});
  }
}

}  // namespace

asio::awaitable<void> serve_connection(asio::ip::tcp::socket socket,
                                       std::shared_ptr<fake_route_state> route) {
  std::error_code failed;
  socket.set_option(asio::ip::tcp::no_delay(true), failed);
  if (route->options.plain_http) {
    co_await serve(socket, route);
    co_return;
  }
  asio::ssl::stream<asio::ip::tcp::socket> stream(std::move(socket), *route->tls);
  co_await stream.async_handshake(asio::ssl::stream_base::server,
                                  asio::redirect_error(asio::use_awaitable, failed));
  if (failed) co_return;
  {
    const std::lock_guard lock(route->mutex);
    ++route->log.handshakes;
  }
  co_await serve(stream, route);
}

}  // namespace reroute::testing
