// An HTTP/1.1 response, read from any split of bytes: the one place that knows Boost.Beast.
#include "io/http1_reader.hpp"

#include <reroute/error/errc.hpp>

#include "io/peer_protocol.hpp"

// standalone Asio and Boost's live in different namespaces; only Boost's buffer types are used here
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include <algorithm>
#include <cstring>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

namespace reroute::detail {
namespace {

namespace beast = boost::beast::http;
using beast_error = boost::system::error_code;

std::string_view view(boost::beast::string_view text) noexcept {
  return {text.data(), text.size()};
}

constexpr std::string_view http = "HTTP/";
constexpr std::size_t bare_line_size = sizeof "HTTP/1.1 200\r\n" - 1;

enum class line_form : std::uint8_t { other, incomplete, bare };

// A status line without a reason may lack the space before it, too (as servers send it, whatever RFC 9112, 4
// says): Beast wants the space.
line_form form_of_status_line(std::string_view bytes) noexcept {
  const auto size = std::min(bytes.size(), http.size());
  if (bytes.substr(0, size) != http.substr(0, size)) return line_form::other;
  if (bytes.size() < bare_line_size) return line_form::incomplete;
  return bytes.substr(bare_line_size - 2, 2) == "\r\n" ? line_form::bare : line_form::other;
}

std::string_view what_speaks(peer_protocol what) noexcept {
  switch (what) {
    case peer_protocol::tls:
      return "the peer speaks TLS: write https:// in the URL";
    case peer_protocol::http2:
      return "the peer speaks HTTP/2 without TLS, which is not spoken here: give the URL of its "
             "TLS port";
    case peer_protocol::socks:
      return "the peer is a SOCKS proxy: check host and port";
    default:
      return "the peer does not speak HTTP/1.1: check host and port";
  }
}

bool is_chunked(std::string_view value) noexcept {
  constexpr std::string_view chunked = "chunked";
  return std::equal(value.begin(), value.end(), chunked.begin(), chunked.end(),
                    [](char a, char b) { return (a | 0x20) == b; });
}

}  // namespace

// Beast's callbacks, written down
class http1_reader::parser final : public beast::basic_parser<false> {
 public:
  explicit parser(const http1_limits& limits) {
    // Beast's limit is on one unfinished piece, not on the sum of lines that came one by one:
    // `state` counts those
    header_limit(static_cast<std::uint32_t>(
        std::min<std::size_t>(limits.header, std::numeric_limits<std::uint32_t>::max())));
    body_limit(std::uint64_t{limits.body});
  }

  http::response_head head;
  char* body_begin = nullptr;
  std::size_t body_size = 0;

  // body bytes lie in the fed buffer, with chunk framing between: what follows is moved up
  void add_body(boost::beast::string_view piece) noexcept {
    char* const at = const_cast<char*>(piece.data());  // feed() was given mutable bytes
    if (body_size == 0) {
      body_begin = at;
    } else if (body_begin + body_size != at) {
      std::memmove(body_begin + body_size, at, piece.size());
    }
    body_size += piece.size();
  }

 private:
  void on_request_impl(beast::verb, boost::beast::string_view, boost::beast::string_view, int,
                       beast_error&) override {}
  void on_response_impl(int code, boost::beast::string_view, int version,
                        beast_error& ec) override {
    version_ = version;
    head.status = code;
    if (code < 100 || code > 599) ec = beast::error::bad_status;
  }
  void on_field_impl(beast::field id, boost::beast::string_view name,
                     boost::beast::string_view value, beast_error& ec) override {
    if (in_trailer_) return;  // nobody asked for trailers; they are read and dropped
    if (id == beast::field::transfer_encoding && (version_ < 11 || !is_chunked(view(value)))) {
      // a body whose end two readers could see in two places is refused (RFC 9112, 6.1)
      ec = beast::error::bad_transfer_encoding;
      return;
    }
    try {
      head.headers.add(view(name), view(value));
    } catch (const std::invalid_argument&) {
      ec = beast::error::bad_value;
    }
  }
  void on_header_impl(beast_error&) override { in_trailer_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, beast_error&) override {}
  std::size_t on_body_impl(boost::beast::string_view body, beast_error&) override {
    add_body(body);
    return body.size();
  }
  void on_chunk_header_impl(std::uint64_t, boost::beast::string_view, beast_error&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body,
                                 beast_error&) override {
    add_body(body);
    return body.size();
  }
  void on_finish_impl(beast_error&) override {}

  int version_ = 0;
  bool in_trailer_ = false;
};

class http1_reader::state {
 public:
  explicit state(http1_limits limits) : limits_(limits) { restart(); }

  void restart() {
    parser_.emplace(limits_);
    head_bytes_ = 0;
    error_ = {};
    ended_ = false;
    began_ = false;
  }

  progress feed(std::span<char> bytes) {
    progress result;
    while (!error_ && !done() && result.consumed < bytes.size()) {
      began_ = true;
      const bool in_head = !parser_->is_header_done();
      const auto rest = bytes.subspan(result.consumed);
      if (!parser_->got_some()) {
        const std::string_view line(rest.data(), rest.size());
        const auto form = form_of_status_line(line);
        if (form == line_form::incomplete) break;
        if (form == line_form::bare) {
          result.consumed += read_bare_line(line);
          continue;
        }
        if (!line.starts_with(http)) {
          error_ = {errc::protocol_error, false, std::string(what_speaks(guess_protocol(line)))};
          break;
        }
      }
      parser_->eager(!in_head);
      parser_->body_size = 0;
      beast_error ec;
      const auto used = parser_->put({rest.data(), rest.size()}, ec);
      result.consumed += used;
      result.body = {parser_->body_begin, parser_->body_size};
      if (ec && ec != beast::error::need_more) fail(ec);
      if (in_head && !error_) count_head(used, rest.size() - used);
      if (ec || error_ || !in_head) break;
      if (!parser_->is_header_done()) continue;
      if (parser_->head.status >= 200) break;
      skip_interim();
    }
    if (error_) result.body = {};
    return result;
  }

  void feed_end() {
    if (error_ || done()) return;
    if (!began_) {
      error_ = {errc::connection_lost, false, "the connection ended before the response"};
      return;
    }
    beast_error ec = beast::error::partial_message;
    if (head_done()) parser_->put_eof(ec);
    if (ec) error_ = {errc::truncated_body, false, "the response was cut off"};
    ended_ = true;
  }

  bool began() const noexcept { return began_; }
  bool head_done() const noexcept {
    return parser_->is_header_done() && parser_->head.status >= 200;
  }
  bool done() const noexcept { return head_done() && parser_->is_done(); }
  bool keep_alive() const noexcept { return done() && !ended_ && parser_->keep_alive(); }
  http::response_head take_head() { return std::move(parser_->head); }
  const transport_error& error() const noexcept { return error_; }

 private:
  std::size_t read_bare_line(std::string_view bytes) {
    std::string line(bytes.substr(0, bare_line_size));
    line.insert(bare_line_size - 2, 1, ' ');
    beast_error ec;
    parser_->put({line.data(), line.size()}, ec);
    if (ec && ec != beast::error::need_more) fail(ec);
    if (!error_) count_head(bare_line_size, bytes.size() - bare_line_size);
    return bare_line_size;
  }

  // a peer that sends fields, or interim heads, for ever gets no more than the limit
  void count_head(std::size_t used, std::size_t unfinished) {
    head_bytes_ += used;
    const auto waiting = parser_->is_header_done() ? 0 : unfinished;
    if (head_bytes_ + waiting <= limits_.header) return;
    error_ = {errc::header_too_large, false, "more header bytes than the limit"};
  }

  void skip_interim() {
    if (parser_->head.status == 101) {
      error_ = {errc::protocol_error, false, "101 Switching Protocols, which nobody asked for"};
    } else {
      parser_.emplace(limits_);
    }
  }

  void fail(const beast_error& ec) {
    auto code = errc::protocol_error;
    if (ec == beast::error::header_limit) code = errc::header_too_large;
    if (ec == beast::error::body_limit) code = errc::body_too_large;
    error_ = {code, false, "HTTP/1.1: " + ec.message()};
  }

  http1_limits limits_;
  std::optional<parser> parser_;
  std::size_t head_bytes_ = 0;  // of heads, interim ones included
  transport_error error_;
  bool began_ = false;  // a byte has come
  bool ended_ = false;  // the connection has
};

http1_reader::http1_reader(http1_limits limits) : state_(std::make_unique<state>(limits)) {}
http1_reader::http1_reader(http1_reader&&) noexcept = default;
http1_reader& http1_reader::operator=(http1_reader&&) noexcept = default;
http1_reader::~http1_reader() = default;

void http1_reader::restart() { state_->restart(); }
http1_reader::progress http1_reader::feed(std::span<char> bytes) { return state_->feed(bytes); }
void http1_reader::feed_end() { state_->feed_end(); }
bool http1_reader::began() const noexcept { return state_->began(); }
bool http1_reader::head_done() const noexcept { return state_->head_done(); }
bool http1_reader::done() const noexcept { return state_->done(); }
bool http1_reader::keep_alive() const noexcept { return state_->keep_alive(); }
http::response_head http1_reader::take_head() { return state_->take_head(); }
const transport_error& http1_reader::error() const noexcept { return state_->error(); }

}  // namespace reroute::detail
