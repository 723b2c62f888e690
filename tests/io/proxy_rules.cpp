// A proxy's URL, the environment it may come from, and what must not be said about it.
#include "io/proxy_rules.hpp"

#include "tests/support/catch.hpp"

#include <map>
#include <stdexcept>
#include <string>

using namespace reroute;
using detail::proxy_rules;

namespace {

detail::proxy read(const std::string& url) {
  proxy_settings settings;
  settings.url = url;
  const proxy_rules rules(settings);
  const auto* const found = rules.find(true, "api.example.com", 443);
  REQUIRE(found);
  return *found;
}

std::string problem_of(const std::string& url) {
  try {
    read(url);
  } catch (const std::invalid_argument& problem) {
    return problem.what();
  }
  return "none";
}

proxy_settings from(const std::map<std::string, std::string>& variables) {
  return proxy_from_environment([&](std::string_view name) -> std::optional<std::string> {
    const auto at = variables.find(std::string(name));
    if (at == variables.end()) return std::nullopt;
    return at->second;
  });
}

}  // namespace

TEST_CASE("a proxy's URL") {
  const auto plain = read("http://proxy.example:3128");
  CHECK(plain.host == "proxy.example");
  CHECK(plain.port == 3128);
  CHECK(plain.authorization.empty());
  CHECK(plain.name == "proxy.example:3128");
  CHECK(read("proxy.example:3128").port == 3128);
  CHECK(read("HTTP://Proxy.Example/").host == "proxy.example");
  CHECK(read("http://proxy.example").port == 80);
  CHECK(read("http://[::1]:8080").host == "::1");
  CHECK(read("http://[::1]:8080").name == "[::1]:8080");
  CHECK_FALSE(plain.secure);
}

TEST_CASE("a proxy that is spoken to over TLS") {
  const auto secure = read("https://user:s3cret@proxy.example");
  CHECK(secure.secure);
  CHECK(secure.host == "proxy.example");
  CHECK(secure.port == 443);
  CHECK_FALSE(secure.authorization.empty());
  CHECK(read("HTTPS://proxy.example:3129").name == "proxy.example:3129");
}

TEST_CASE("a proxy's credential") {
  const auto with = read("http://Aladdin:open%20sesame@proxy.example:3128");
  CHECK(with.host == "proxy.example");
  CHECK(with.authorization == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
  CHECK(with.name == "proxy.example:3128");
  CHECK(read("user@proxy.example").authorization == "Basic dXNlcjo=");
  CHECK(read("user:p%40ss@proxy.example").authorization == "Basic dXNlcjpwQHNz");
  CHECK(read("user:p@ss@proxy.example").authorization == "Basic dXNlcjpwQHNz");
}

TEST_CASE("a proxy that cannot be meant is refused, and its credential not repeated") {
  const auto [url, says] =
      GENERATE(table<std::string, std::string>({{"socks5://u:hidden@proxy.example:1080", "SOCKS"},
                                                {"socks5h://hidden", "http://host:port"},
                                                {"SOCKS4a://hidden/x@proxy.example", "SOCKS"},
                                                {"socks://proxy.example", "SOCKS"},
                                                {"ftp://u:hidden@proxy.example", "scheme"},
                                                {"http://u:hidden@proxy.example/path", "no path"},
                                                {"http://u:hidden@proxy.example:hidden", "port"},
                                                {"http://u:hidden@", "host"},
                                                {"http://u:hidden/x@proxy.example", "%2F"},
                                                {"http://u:hidden#x@proxy.example", "%23"},
                                                {"u:hidden/x@proxy.example", "%2F"},
                                                {"http://u:hidden%zz@proxy.example", "%25"},
                                                {"http://a%3Ab:hidden@proxy.example", "colon"},
                                                {"http://", "host"}}));
  const std::string text = problem_of(url);
  CAPTURE(url);
  CHECK_THAT(text, Catch::StartsWith("https_options::proxy.url: "));
  CHECK_THAT(text, Catch::Contains(says));
  CHECK_THAT(text, !Catch::Contains("hidden"));
}

TEST_CASE("no proxy: not set, for plain http, and for whom no_proxy names") {
  proxy_settings settings;
  CHECK_FALSE(proxy_rules(settings).find(true, "api.example.com", 443));
  settings.url = "http://proxy.example:3128";
  settings.no_proxy = ".internal,10.0.0.0/8";
  const proxy_rules rules(settings);
  CHECK(rules.find(true, "api.example.com", 443));
  CHECK_FALSE(rules.find(false, "api.example.com", 80));
  CHECK_FALSE(rules.find(true, "gateway.internal", 443));
  CHECK_FALSE(rules.find(true, "10.1.2.3", 443));
}

TEST_CASE("the environment's proxy") {
  CHECK(from({}).url.empty());
  CHECK(from({}).no_proxy.empty());
  CHECK(from({{"HTTPS_PROXY", "http://a"}, {"NO_PROXY", "x"}}).url == "http://a");
  CHECK(from({{"HTTPS_PROXY", "http://a"}, {"NO_PROXY", "x"}}).no_proxy == "x");
  CHECK(from({{"HTTPS_PROXY", "http://a"}, {"https_proxy", "http://b"}}).url == "http://b");
  CHECK(from({{"HTTPS_PROXY", "http://a"}, {"https_proxy", ""}}).url == "http://a");
  CHECK(from({{"HTTPS_PROXY", "http://a\n"}, {"https_proxy", " \n"}}).url == "http://a");
  CHECK(from({{"no_proxy", "y"}, {"NO_PROXY", "x"}}).no_proxy == "y");
  CHECK(from({{"HTTP_PROXY", "http://a"}, {"http_proxy", "http://a"}}).url.empty());
}
