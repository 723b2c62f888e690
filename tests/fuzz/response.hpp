// A response out of fuzzer bytes, in the form of tests/faces: a status line, fields, a body.
#pragma once

#include <reroute/http/message.hpp>

#include <algorithm>
#include <stdexcept>
#include <string_view>

namespace fuzz {

/// Anything becomes a response: a line that is no field is left out.
inline reroute::http::response read_response(std::string_view text) {
  reroute::http::response response;
  const auto take_line = [&text] {
    const auto end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
  };
  for (const char c : take_line().substr(0, 12)) {
    if (c >= '0' && c <= '9') response.status = (response.status * 10 + (c - '0')) % 1000;
  }
  for (auto line = take_line(); !line.empty(); line = take_line()) {
    const auto colon = std::min(line.find(':'), line.size());
    try {
      response.headers.add(line.substr(0, colon), line.substr(std::min(colon + 1, line.size())));
    } catch (const std::invalid_argument&) {
      continue;
    }
  }
  response.body = text;
  return response;
}

}  // namespace fuzz
