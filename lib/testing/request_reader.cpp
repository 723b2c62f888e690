// A small request parser for the fake.
#include "testing/request_reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace reroute::testing {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t'))
    text.remove_suffix(1);
  return text;
}

// a number that is too large for anything is the largest
bool read_number(std::string_view text, std::size_t& into, int base) {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  if (failed == std::errc::result_out_of_range) into = std::numeric_limits<std::size_t>::max();
  return failed != std::errc::invalid_argument && end == text.data() + text.size();
}

}  // namespace

request_reader::state request_reader::feed(std::string_view bytes) {
  text_ += bytes;
  if (!have_head_) {
    const state head = read_head();
    if (head != state::whole) return head;
  }
  return chunked_ ? read_chunks() : read_body();
}

request_reader::state request_reader::read_head() {
  // a TLS client that knocks at a plain port is told so, instead of being waited for
  if (!text_.empty() && (text_.front() < 'A' || text_.front() > 'Z')) return state::broken;
  const std::size_t end = text_.find("\r\n\r\n");
  if (end == std::string::npos) return text_.size() > max_head ? state::broken : state::need_more;
  std::string_view head = std::string_view(text_).substr(0, end + 2);
  const std::size_t line_end = head.find("\r\n");
  const std::string_view line = head.substr(0, line_end);
  const std::size_t first = line.find(' '), last = line.rfind(' ');
  if (first == std::string_view::npos || last == first || line.substr(last + 1) != "HTTP/1.1")
    return state::broken;
  request_.method = line.substr(0, first);
  request_.target = line.substr(first + 1, last - first - 1);
  head.remove_prefix(line_end + 2);
  while (!head.empty()) {
    const std::size_t stop = head.find("\r\n");
    const std::string_view field = head.substr(0, stop);
    const std::size_t colon = field.find(':');
    if (colon == std::string_view::npos || colon == 0) return state::broken;
    request_.fields[lower(field.substr(0, colon))] = trim(field.substr(colon + 1));
    head.remove_prefix(stop + 2);
  }
  chunked_ = lower(request_.field("transfer-encoding")) == "chunked";
  length_ = 0;
  if (!chunked_ && !request_.field("content-length").empty() &&
      !read_number(request_.field("content-length"), length_, 10))
    return state::broken;
  if (length_ > max_body) return give_up_body();
  text_.erase(0, end + 4);
  have_head_ = true;
  expects_continue_ = lower(request_.field("expect")) == "100-continue";
  return state::whole;
}

request_reader::state request_reader::give_up_body() {
  request_.body.clear();
  request_.too_large = true;
  text_.clear();
  return state::too_large;
}

bool request_reader::take_expectation() { return std::exchange(expects_continue_, false); }

request_reader::state request_reader::read_body() {
  if (text_.size() < length_) return state::need_more;
  request_.body = text_.substr(0, length_);
  text_.erase(0, length_);
  return state::whole;
}

request_reader::state request_reader::read_chunks() {
  for (;;) {
    const std::size_t line = text_.find("\r\n");
    if (line == std::string::npos) return state::need_more;
    std::size_t size = 0;
    if (!read_number(std::string_view(text_).substr(0, line), size, 16)) return state::broken;
    if (size > max_body - request_.body.size()) return give_up_body();
    if (text_.size() < line + 2 + size + 2) return state::need_more;
    // no trailers, no extensions: nobody sends them here
    if (text_.compare(line + 2 + size, 2, "\r\n") != 0) return state::broken;
    request_.body.append(text_, line + 2, size);
    text_.erase(0, line + 2 + size + 2);
    if (size == 0) return state::whole;
  }
}

heard_request request_reader::take() {
  have_head_ = false;
  return std::exchange(request_, heard_request());
}

}  // namespace reroute::testing
