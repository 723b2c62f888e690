// Where a redirect leads, as far as it may be shown.
#include "http/location.hpp"

#include "http/text.hpp"

#include <algorithm>

namespace reroute::http {

std::string shown_location(std::string_view value) {
  constexpr std::size_t most = 200;
  value = trimmed(value);
  value = value.substr(0, value.find_first_of("?#"));
  std::string shown;
  // "https://host/", or "//host/"
  if (const auto slashes = value.find("//"); slashes != std::string_view::npos) {
    const auto begin = slashes + 2;
    const std::string_view authority = value.substr(begin, value.find('/', begin) - begin);
    const auto at = authority.rfind('@');
    shown = value.substr(0, begin);
    value.remove_prefix(at == std::string_view::npos ? begin : begin + at + 1);
  }
  shown.append(value).resize(std::min(shown.size(), most));
  std::replace_if(
      shown.begin(), shown.end(), [](char c) { return c <= 0x20 || c >= 0x7f; }, '?');
  return shown;
}

}  // namespace reroute::http
