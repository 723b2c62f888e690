// The lines of a script.
#include <reroute/error/errc.hpp>
#include <reroute/testing/script_line.hpp>

#include <stdexcept>

namespace reroute::testing {

line line::failure(std::error_code code, bool sent, std::string detail) {
  line made;
  made.kind_ = kind::failure;
  made.code_ = code;
  made.sent_ = sent;
  made.detail_ = std::move(detail);
  return made;
}

line line::silence() {
  line made;
  made.kind_ = kind::silence;
  return made;
}

line line::truncated(http::response response, std::size_t after_bytes) {
  return truncated(std::move(response), after_bytes, errc::truncated_body);
}

line line::truncated(http::response response, std::size_t after_bytes, std::error_code code) {
  line made(std::move(response));
  made.ending_ = ending::error;
  made.body_end_ = after_bytes;
  made.code_ = code;
  return made;
}

line line::stalled(http::response response, std::size_t after_bytes) {
  line made(std::move(response));
  made.ending_ = ending::stall;
  made.body_end_ = after_bytes;
  return made;
}

expectation::expectation(std::string_view method, std::string_view path)
    : method_(method), path_(path) {}

expectation& expectation::matching(matcher holds) {
  matchers_.push_back(std::move(holds));
  return *this;
}

expectation& expectation::with_header(std::string name, std::string value) {
  return matching([name = std::move(name), value = std::move(value)](const http::request& request) {
    return request.headers.find(name) == std::string_view(value);
  });
}

expectation& expectation::says(line next) {
  lines_.push_back({std::move(next), 1, false});
  return *this;
}

expectation& expectation::answers(http::response response, line::delay after) {
  return says(line(std::move(response)).after(after));
}

expectation& expectation::fails(std::error_code code, bool sent, line::delay after) {
  return says(line::failure(code, sent).after(after));
}

expectation& expectation::stays_silent() { return says(line::silence()); }

expectation& expectation::breaks_off(http::response response, std::size_t after_bytes,
                                     line::delay after) {
  return says(line::truncated(std::move(response), after_bytes).after(after));
}

expectation& expectation::times(std::size_t count) {
  if (lines_.empty()) throw std::logic_error("expectation::times: there is no line yet");
  lines_.back().left = count;
  return *this;
}

expectation& expectation::always() {
  if (lines_.empty()) throw std::logic_error("expectation::always: there is no line yet");
  lines_.back().endless = true;
  return *this;
}

bool expectation::fits(const http::request& request) const {
  const std::string_view target = request.url.target;
  const std::string_view path = target.substr(0, target.find('?'));
  if (request.method != method_ || !path.ends_with(path_)) return false;
  for (const matcher& holds : matchers_) {
    if (!holds(request)) return false;
  }
  return true;
}

const line* expectation::next() {
  for (; at_ < lines_.size(); ++at_) {
    repeated& candidate = lines_[at_];
    if (candidate.endless) return &candidate.what;
    if (candidate.left == 0) continue;
    --candidate.left;
    return &candidate.what;
  }
  return nullptr;
}

std::size_t expectation::unsaid() const noexcept {
  std::size_t count = 0;
  for (const repeated& each : lines_)
    count += each.endless ? 0 : each.left;
  return count;
}

}  // namespace reroute::testing
