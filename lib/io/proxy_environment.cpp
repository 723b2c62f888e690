// The proxy that the environment names.
#include <reroute/io/proxy.hpp>

#include "http/text.hpp"

#include <cstdlib>

namespace reroute {

proxy_settings proxy_from_environment(
    const std::function<std::optional<std::string>(std::string_view name)>& lookup) {
  const auto either = [&lookup](std::string_view small, std::string_view large) {
    for (const std::string_view name : {small, large}) {
      const std::string value = lookup(name).value_or("");
      if (const std::string_view meant = http::trimmed(value); !meant.empty())
        return std::string(meant);
    }
    return std::string();
  };
  proxy_settings found;
  found.url = either("https_proxy", "HTTPS_PROXY");
  found.no_proxy = either("no_proxy", "NO_PROXY");
  return found;
}

proxy_settings proxy_from_environment() {
  return proxy_from_environment([](std::string_view name) -> std::optional<std::string> {
    const char* const value = std::getenv(std::string(name).c_str());
    if (!value) return std::nullopt;
    return std::string(value);
  });
}

}  // namespace reroute
