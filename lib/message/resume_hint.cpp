// The way that a model allows, by its version.
#include <reroute/message/resume_hint.hpp>

#include <algorithm>
#include <charconv>
#include <ostream>
#include <utility>

namespace reroute {
namespace {

struct version {
  int major = 0, minor = 0;
};

// a number of one or two digits between separators; -1: something else (a name, a date)
int number_in(std::string_view part) noexcept {
  int number = -1;
  if (part.empty() || part.size() > 2) return -1;
  const auto read = std::from_chars(part.data(), part.data() + part.size(), number);
  return read.ec == std::errc() && read.ptr == part.data() + part.size() ? number : -1;
}

// "claude-opus-4-5-20251101", "claude-3-5-haiku@20241022", "claude-2.1": the first number, and one that
// follows at once; 0.0 if there is none
version version_of(std::string_view model) noexcept {
  version found;
  bool before = false;
  while (!model.empty()) {
    const std::size_t size = std::min(model.find_first_of("-.@:/_"), model.size());
    const int number = number_in(model.substr(0, size));
    model.remove_prefix(std::min(size + 1, model.size()));
    if (before) {
      found.minor = std::max(number, 0);
      break;
    }
    if (number <= 0) continue;
    found.major = number;
    before = true;
  }
  return found;
}

bool takes_prefill(std::string_view model) noexcept {
  const version of = version_of(model);
  return of.major > 0 && (of.major < 4 || (of.major == 4 && of.minor <= 5));
}

bool is_thought(const content_block& block) noexcept {
  return block.type() == "thinking" || block.type() == "redacted_thinking";
}

}  // namespace

resume_hint::resume_hint(const message& received) : text_(received.text()) {
  const std::size_t last = text_.find_last_not_of(" \t\r\n");
  if (last == std::string::npos) {
    text_.clear();
    return;
  }
  const auto content = received.content();
  // a turn that thought must begin with its thinking, which cannot be given back in parts
  const bool thought = std::any_of(content.begin(), content.end(), is_thought);
  how_ = !thought && takes_prefill(received.model()) ? way::prefill : way::ask_again;
  if (how_ == way::prefill) text_.resize(last + 1);
}

message_request resume_hint::apply(message_request original) const {
  if (how_ == way::prefill) return std::move(original.assistant(text_));
  if (how_ == way::ask_again)
    return std::move(original.user("Your previous response was interrupted and ended with:\n\n" +
                                   text_ + "\n\nContinue from where you left off."));
  return original;
}

std::string_view to_string(resume_hint::way value) noexcept {
  switch (value) {
    case resume_hint::way::restart:
      return "restart";
    case resume_hint::way::prefill:
      return "prefill";
    case resume_hint::way::ask_again:
      return "ask_again";
  }
  return "unknown";
}

std::ostream& operator<<(std::ostream& out, resume_hint::way value) {
  return out << to_string(value);
}

}  // namespace reroute
