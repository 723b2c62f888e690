// Fuzzes URLs: refused with a reason, or read so that the text of it reads the same.
#include <reroute/http/url.hpp>

#include "tests/fuzz/expect.hpp"

#include <cstdint>
#include <stdexcept>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using fuzz::expect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const reroute::http::url url = reroute::http::parse_url(text, "base_url");
    expect(reroute::http::parse_url(url.text()) == url, "a URL reads back");
    expect(!url.host.empty() && url.port != 0, "a URL has a host and a port");
    expect(url.target.starts_with('/'), "a target begins with a slash");
    expect(url.target.find_first_of(" \r\n\t#") == std::string::npos,
           "a target fits into a request line");
    const reroute::http::url joined = url.join("/v1/messages");
    expect(joined.target.find("/v1/messages") != std::string::npos, "a path is appended");
    expect(reroute::http::parse_url(joined.text()) == joined, "what is joined reads back");
  } catch (const std::invalid_argument& refused) {
    expect(std::string_view(refused.what()).starts_with("base_url: "),
           "a refusal names the option");
  }
  return 0;
}
