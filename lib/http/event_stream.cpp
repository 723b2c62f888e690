// Lines first, then fields, then events: no byte is searched twice for the same thing.
#include <reroute/http/event_stream.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace reroute::http {
namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
constexpr std::uint8_t decided = 4;
constexpr std::size_t kept = 64 * 1024;  // of memory, for the next event

}  // namespace

std::optional<bool> begins_event_stream(std::string_view body) noexcept {
  if (byte_order_mark.starts_with(body.substr(0, byte_order_mark.size()))) {
    if (body.size() < byte_order_mark.size()) return std::nullopt;
    body.remove_prefix(byte_order_mark.size());
  }
  body.remove_prefix(std::min(body.find_first_not_of(" \t\r\n"), body.size()));
  if (body.empty()) return std::nullopt;
  if (body.front() == ':') return true;
  const std::string_view field = body.substr(0, body.find_first_of(":\r\n"));
  const bool whole = field.size() < body.size();
  for (const std::string_view known : {"event", "data", "id", "retry"}) {
    if (whole && field == known) return true;
    if (!whole && known.starts_with(field)) return std::nullopt;
  }
  return false;
}

// ---- the texts of an event

void event_stream_parser::field_text::set(std::string_view text, bool will_stay) {
  owned_ = !will_stay;
  if (will_stay) {
    view_ = text;
  } else {
    own_ = text;
  }
}

void event_stream_parser::field_text::add_line(std::string_view text) {
  keep();
  own_ += '\n';
  own_ += text;
}

void event_stream_parser::field_text::keep() {
  if (!std::exchange(owned_, true)) own_ = view_;
}

void event_stream_parser::field_text::clear() noexcept {
  owned_ = false;
  view_ = {};
}

// one large event must not keep its memory for ever
void event_stream_parser::field_text::trim() {
  if (!owned_ && own_.capacity() > kept) own_ = {};
}

// ---- lines

void event_stream_parser::feed(std::string_view bytes) noexcept {
  input_ = bytes;
  at_ = 0;
  line_feed_ = input_.find('\n');
}

// true once it is known whether the stream begins with a mark
bool event_stream_parser::skip_mark() {
  while (at_ < input_.size()) {
    if (mark_ == byte_order_mark.size()) {
      mark_ = decided;
      return true;
    }
    if (input_[at_] != byte_order_mark[mark_]) {
      partial_ = byte_order_mark.substr(0, mark_);  // it was text after all
      mark_ = decided;
      return true;
    }
    ++mark_;
    ++at_;
  }
  return false;
}

// `stays`: the line lies in the fed bytes
bool event_stream_parser::take_line(std::string_view& line, bool& stays) {
  if (std::exchange(line_used_, false)) {
    partial_.clear();
    if (partial_.capacity() > kept) partial_ = {};
  }
  if (mark_ != decided && !skip_mark()) return false;
  if (after_return_ && at_ < input_.size()) {
    after_return_ = false;
    if (input_[at_] == '\n') ++at_;
  }
  if (at_ >= input_.size()) return false;
  if (line_feed_ < at_) line_feed_ = input_.find('\n', at_);
  const std::size_t bound = std::min(line_feed_, input_.size());
  const std::size_t size = std::min(input_.substr(at_, bound - at_).find('\r'), bound - at_);
  if (partial_.size() + size > limits_.line) {
    fail(event_stream_error::line_too_long);
    return false;
  }
  const std::string_view piece = input_.substr(at_, size);
  at_ += size;
  stays = partial_.empty();
  line = piece;
  if (!stays || at_ == input_.size()) partial_ += piece;
  if (at_ == input_.size()) return false;
  after_return_ = input_[at_] == '\r';
  ++at_;
  if (!stays) {
    line = partial_;
    line_used_ = true;
  }
  return true;
}

// ---- fields

bool event_stream_parser::next(server_event& out) {
  if (error_ != event_stream_error::none) return false;
  name_.trim();
  data_.trim();
  std::string_view line;
  bool stays = false;
  while (take_line(line, stays)) {
    if (!line.empty()) {
      take_field(line, stays);
      if (error_ != event_stream_error::none) return false;
      continue;
    }
    const bool whole = std::exchange(has_data_, false);
    out = {name_.text(), data_.text()};
    name_.clear();
    data_.clear();
    if (whole) return true;
  }
  // the bytes go away
  name_.keep();
  data_.keep();
  return false;
}

void event_stream_parser::take_field(std::string_view line, bool stays) {
  const std::size_t colon = std::min(line.find(':'), line.size());
  const std::string_view field = line.substr(0, colon);
  std::string_view value = line.substr(std::min(colon + 1, line.size()));
  if (value.starts_with(' ')) value.remove_prefix(1);
  if (field == "data") {
    take_data(value, stays);
  } else if (field == "event") {
    name_.set(value, stays);
  } else if (field == "id") {
    if (value.find('\0') == std::string_view::npos) last_id_ = value;
  } else if (field == "retry") {
    take_retry(value);
  }
}

void event_stream_parser::take_data(std::string_view value, bool stays) {
  const std::size_t before = has_data_ ? data_.text().size() + 1 : 0;
  if (before + value.size() > limits_.event) return fail(event_stream_error::event_too_large);
  if (std::exchange(has_data_, true)) {
    data_.add_line(value);
  } else {
    data_.set(value, stays);
  }
}

void event_stream_parser::take_retry(std::string_view value) {
  if (value.empty() || value.find_first_not_of("0123456789") != std::string_view::npos) return;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000;
  std::int64_t wait = 0;
  const auto read = std::from_chars(value.data(), value.data() + value.size(), wait);
  retry_ = std::chrono::milliseconds(read.ec == std::errc() ? std::min(wait, most) : most);
}

void event_stream_parser::fail(event_stream_error why) {
  error_ = why;
  partial_ = {};
  name_ = {};
  data_ = {};
}

}  // namespace reroute::http
