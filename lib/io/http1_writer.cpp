// The head of an HTTP/1.1 request, written. Pure.
#include "io/http1_writer.hpp"

#include "io/request_check.hpp"

#include <string>

namespace reroute::detail {

transport_error write_http1_head(const http::request& request, std::string& head) {
  head.clear();
  if (auto error = check_request(request)) return error;
  head.append(request.method).append(" ").append(request.url.target);
  head.append(" HTTP/1.1\r\nHost: ");
  head.append(authority_of(request.url)).append("\r\n");
  for (const auto [name, value] : request.headers) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
  if (needs_length(request)) {
    head.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  head += "\r\n";
  return {};
}

}  // namespace reroute::detail
