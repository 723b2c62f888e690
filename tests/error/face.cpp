// Reading faces: a response by its lines, an expectation by its keys.
#include "tests/error/face.hpp"

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

namespace faces {
namespace {

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.string() + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

// one line without its end, "\n" or "\r\n"; what is left stays in `text`
std::string_view take_line(std::string_view& text) {
  const auto end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

reroute::http::response read_response(const std::filesystem::path& path) {
  const std::string whole = read_file(path);
  std::string_view rest = whole;
  reroute::http::response response;
  const std::string_view status_line = take_line(rest);
  if (!status_line.starts_with("HTTP/1.1 "))
    throw std::runtime_error(path.string() + ": no status line");
  response.status = std::stoi(std::string(status_line.substr(9, 3)));
  for (auto line = take_line(rest); !line.empty(); line = take_line(rest)) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) throw std::runtime_error(path.string() + ": no colon");
    response.headers.add(line.substr(0, colon), line.substr(colon + 1));
  }
  response.body = rest;
  return response;
}

bool is_known(std::string_view key) {
  static const std::set<std::string_view> keys{
      "category",           "retryable",      "failover_worthy", "retry_after_ms",
      "retry_after_source", "raw_code",       "message",         "request_id",
      "opens_at",           "request_scoped", "status",          "gateway_request_id"};
  for (const std::string_view route : {"azure.", "anthropic."}) {
    if (key.starts_with(route)) key.remove_prefix(route.size());
  }
  return keys.contains(key);
}

void apply(face& to, const std::string& key, const std::string& value) {
  if (key == "now") {
    const auto now = reroute::http::parse_http_date(value);
    if (!now) throw std::runtime_error("now is no date");
    to.now = *now;
  } else if (key == "event") {
    to.event = value;
  } else if (key == "truncated") {
    to.truncated = value == "yes";
  } else if (key == "with" && value == "failover_on_auth") {
    to.options.failover_on_auth = true;
  } else if (key == "with" && value == "failover_on_not_found") {
    to.options.failover_on_not_found = true;
  } else if (is_known(key)) {
    to.expected[key] = value;
  } else {
    throw std::runtime_error("unknown line '" + key + ": " + value + "'");
  }
}

}  // namespace

face read_face(const std::filesystem::path& http_file) {
  face read;
  read.name = http_file.stem().string();
  read.response = read_response(http_file);
  read.now = reroute::http::parse_http_date("Tue, 30 Jun 2026 20:30:00 GMT").value();
  const auto expect_file = std::filesystem::path(http_file).replace_extension(".expect");
  const std::string whole = read_file(expect_file);
  std::string_view rest = whole;
  if (!rest.starts_with("# "))
    throw std::runtime_error(expect_file.string() + ": does not say why");
  while (!rest.empty()) {
    const std::string_view line = take_line(rest);
    if (line.starts_with('#')) continue;
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos)
      throw std::runtime_error(expect_file.string() + ": no colon");
    try {
      apply(read, std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
    } catch (const std::exception& bad) {
      throw std::runtime_error(expect_file.string() + ": " + bad.what());
    }
  }
  return read;
}

std::vector<std::filesystem::path> list_faces() {
  std::vector<std::filesystem::path> found;
  const std::filesystem::path folder =
      std::filesystem::path(REROUTE_SOURCE_DIR) / "tests" / "faces";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const auto extension = entry.path().extension();
    if (extension != ".http" && extension != ".expect") continue;
    const char* const partner = extension == ".http" ? ".expect" : ".http";
    if (!std::filesystem::exists(std::filesystem::path(entry.path()).replace_extension(partner))) {
      throw std::runtime_error(entry.path().string() + ": has no " + partner);
    }
    if (extension == ".http") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

readings expected_for(const face& wanted, std::string_view route) {
  readings out;
  for (const auto& [key, value] : wanted.expected) {
    if (key.find('.') == std::string::npos) out.emplace(key, value);
  }
  for (const auto& [key, value] : wanted.expected) {
    const auto dot = key.find('.');
    if (dot != std::string::npos && key.substr(0, dot) == route) out[key.substr(dot + 1)] = value;
  }
  return out;
}

readings reading_of(const reroute::normalized_error& error, int response_status) {
  const auto yes_no = [](bool value) { return value ? "yes" : "no"; };
  readings out{{"category", std::string(to_string(error.category))},
               {"retryable", yes_no(error.retryable)},
               {"failover_worthy", yes_no(error.failover_worthy)}};
  const auto add = [&out](const char* key, const std::string& value) {
    if (!value.empty()) out.emplace(key, value);
  };
  if (error.retry_after) add("retry_after_ms", std::to_string(error.retry_after->count()));
  if (error.retry_after_source != reroute::http::hint_source::none) {
    add("retry_after_source", std::string(to_string(error.retry_after_source)));
  }
  add("raw_code", error.raw_code);
  add("message", error.message);
  add("request_id", error.request_id);
  add("gateway_request_id", error.gateway_request_id);
  if (error.opens_at) add("opens_at", reroute::http::format_http_date(*error.opens_at));
  if (error.request_scoped) add("request_scoped", "yes");
  if (error.status != response_status) add("status", std::to_string(error.status));
  return out;
}

std::string text_of(const readings& lines) {
  std::string text;
  for (const auto& [key, value] : lines)
    text.append(key).append(": ").append(value).append("\n");
  return text;
}

std::string event_data(std::string_view stream, std::string_view name) {
  bool wanted = false;
  while (!stream.empty()) {
    const std::string_view line = take_line(stream);
    if (line.starts_with("event: ")) wanted = line.substr(7) == name;
    if (wanted && line.starts_with("data: ")) return std::string(line.substr(6));
  }
  return {};
}

}  // namespace faces
