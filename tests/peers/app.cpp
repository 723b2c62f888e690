// The application behind a proxy: plain HTTP/1.1, on the test's own loop.
#include "tests/peers/app.hpp"

#include "detail/asio_compat.hpp"
#include "tests/io/world.hpp"
#include "tests/peers/stage.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

namespace reroute::peers {

const char* const message_body =
    R"({"id":"msg_1","type":"message","role":"assistant","model":"claude","content":)"
    R"([{"type":"text","text":"hello"}],"stop_reason":"end_turn","stop_sequence":null,)"
    R"("usage":{"input_tokens":3,"output_tokens":2}})";

namespace {

std::string lower(std::string text) {
  for (char& each : text)
    each = static_cast<char>(std::tolower(static_cast<unsigned char>(each)));
  return text;
}

// as proxies write it
struct heard {
  std::string target, body;
  bool whole = false;
};

asio::awaitable<heard> read(io_test::server_connection& line, std::string& ahead) {
  heard got;
  std::size_t end = std::string::npos;
  while ((end = ahead.find("\r\n\r\n")) == std::string::npos) {
    const std::string more = co_await line.read_some();
    if (more.empty()) co_return got;
    ahead += more;
  }
  const std::string head = ahead.substr(0, end);
  ahead.erase(0, end + 4);
  const std::size_t from = head.find(' ') + 1;
  got.target = head.substr(from, head.find(' ', from) - from);
  const auto length = lower(head).find("content-length: ");
  const std::size_t size = length == std::string::npos
                               ? 0
                               : static_cast<std::size_t>(std::atol(head.c_str() + length + 16));
  while (ahead.size() < size) {
    const std::string more = co_await line.read_some();
    if (more.empty()) co_return got;
    ahead += more;
  }
  got.body = ahead.substr(0, size);
  ahead.erase(0, size);
  got.whole = true;
  co_return got;
}

}  // namespace

app::app(asio::io_context& loop)
    : gate_(loop, asio::steady_timer::time_point::max()),
      server_(loop, {}, [this](io_test::server_connection& line) -> asio::awaitable<void> {
        return serve(line);
      }) {}

void app::release() {
  open_ = true;
  gate_.cancel();
}

asio::awaitable<void> app::serve(io_test::server_connection& line) {
  std::string ahead;
  for (;;) {
    const heard got = co_await read(line, ahead);
    if (!got.whole) co_return;
    ++asked[got.target];
    const bool more = co_await answer(line, got.target, got.body);
    if (!more) co_return;
  }
}

asio::awaitable<bool> app::answer(io_test::server_connection& line, const std::string& target,
                                  const std::string& body) {
  const auto is = [&](std::string_view prefix) { return target.starts_with(prefix); };
  std::string answer;
  bool stays = true;
  if (is("/echo")) {
    answer = io_test::ok(body);
  } else if (is("/count")) {
    answer = io_test::ok(std::to_string(body.size()));
  } else if (is("/size/")) {
    answer = io_test::ok(pattern(static_cast<std::size_t>(std::atol(target.c_str() + 6))));
  } else if (is("/chunked")) {
    answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: x-sum\r\n\r\n";
    for (int i = 0; i < 100; ++i)
      answer += "a\r\n0123456789\r\n";
    answer += "0\r\nx-sum: 1000\r\n\r\n";
  } else if (is("/hints")) {
    for (int i = 0; i < 2; ++i)
      answer += "HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n";
    answer += io_test::ok("final");
  } else if (is("/close")) {
    answer = io_test::ok("closing", "Connection: close\r\n");
    stays = false;
  } else if (is("/cut")) {
    answer = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf";
    stays = false;
  } else if (is("/wait")) {
    ++waiting_;
    while (!open_) {
      loop_error_code ec;
      co_await gate_.async_wait(detail::into(ec));
    }
    --waiting_;
    answer = io_test::ok("waited");
  } else {
    answer = io_test::ok(message_body, "Content-Type: application/json\r\n");
  }
  co_await line.write(std::move(answer));
  co_return stays;
}

}  // namespace reroute::peers
