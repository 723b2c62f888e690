// URLs: what is read, and that every refusal names the option, the fault and the cure.
#include <reroute/http/url.hpp>

#include "tests/support/catch.hpp"

#include <stdexcept>
#include <string>

namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using reroute::http::parse_url;
using reroute::http::url;

TEST_CASE("a URL falls into its parts") {
  CHECK(parse_url("https://api.anthropic.com") == url{"https", "api.anthropic.com", 443, "/"});
  CHECK(parse_url("HTTPS://API.Anthropic.com:8443/V1?a=B") ==
        url{"https", "api.anthropic.com", 8443, "/V1?a=B"});
  CHECK(parse_url("http://localhost") == url{"http", "localhost", 80, "/"});
  CHECK(parse_url("http://[::1]:8080?x") == url{"http", "::1", 8080, "/?x"});
  CHECK(parse_url("https://a_b-c.example/p?u=http://x/@y").target == "/p?u=http://x/@y");
  CHECK(parse_url("https://xn--bcher-kva.example").host == "xn--bcher-kva.example");
}

TEST_CASE("a URL is written as it was meant") {
  CHECK(parse_url("https://a.example:443/x").text() == "https://a.example/x");
  CHECK(parse_url("http://a.example:443/x").text() == "http://a.example:443/x");
  CHECK(parse_url("https://[2001:DB8::1]:81").text() == "https://[2001:db8::1]:81/");
  CHECK(parse_url("https://[2001:db8::1]").authority() == "[2001:db8::1]");
  CHECK(parse_url("http://a.example:80").authority() == "a.example");
  const url whole = parse_url("https://[::1]:81/a/b?c=d&e");
  CHECK(parse_url(whole.text()) == whole);
}

TEST_CASE("a path is appended with one slash, and queries stay") {
  const auto joined = [](const char* base, const char* path) {
    return parse_url(base).join(path).target;
  };
  CHECK(joined("https://h", "/v1/messages") == "/v1/messages");
  CHECK(joined("https://h/", "/v1/messages") == "/v1/messages");
  CHECK(joined("https://h/anthropic", "/v1/messages") == "/anthropic/v1/messages");
  CHECK(joined("https://h/anthropic/", "/v1/messages") == "/anthropic/v1/messages");
  CHECK(joined("https://h/anthropic//", "v1") == "/anthropic/v1");
  CHECK(joined("https://h/anthropic?k=1", "/v1") == "/anthropic/v1?k=1");
  CHECK(joined("https://h?k=1", "/v1") == "/v1?k=1");
  CHECK(joined("https://h/a?k=1", "/v1?beta=true") == "/a/v1?beta=true&k=1");
  CHECK(joined("https://h/a?", "/v1?beta=true") == "/a/v1?beta=true");
}

TEST_CASE("loopback is an address, not a way to begin a name") {
  for (const char* yes : {"http://localhost", "http://LOCALHOST:1", "http://127.0.0.1",
                          "http://127.255.0.9", "http://[::1]", "http://[0:0:0:0:0:0:0:1]"}) {
    CAPTURE(yes);
    CHECK(parse_url(yes).loopback());
  }
  for (const char* no :
       {"http://127.0.0.1.example.com", "http://localhost.example.com", "http://128.0.0.1",
        "http://[::2]", "http://[1::1]", "http://[::]", "http://0.0.0.0", "http://10.0.0.1"}) {
    CAPTURE(no);
    CHECK_FALSE(parse_url(no).loopback());
  }
}

TEST_CASE("https is secure, http is not") {
  CHECK(parse_url("https://h").secure());
  CHECK_FALSE(parse_url("http://h").secure());
}

struct refused {
  const char* text;
  const char* fault;
  const char* cure;
};

TEST_CASE("a refusal names the option, the fault and the cure") {
  const refused r = GENERATE(values<refused>({
      {"", "is empty", "https://api.anthropic.com"},
      {"api.anthropic.com", "no scheme", "begin it with https://"},
      {"//api.anthropic.com", "no scheme", "begin it with https://"},
      {"ftp://h", "another scheme", "begin it with https://"},
      {"://h", "another scheme", "begin it with https://"},
      {" https://h", "white space", "remove it"},
      {"https://h\n", "white space", "remove it"},
      {"https://h/a b", "white space", "%20"},
      {"https://h/\x01", "control character", "remove it"},
      {"https://h\x7f", "control character", "remove it"},
      {"https://b\xc3\xbc"
       "cher.example",
       "beyond ASCII", "punycode"},
      {"https://", "no host", "https://api.anthropic.com"},
      {"https:///v1", "no host", "https://api.anthropic.com"},
      {"https://:443", "no host", "https://api.anthropic.com"},
      {"https://user:secret@h", "user info", "give the credential as an option"},
      {"https://secret@h/", "user info", "give the credential as an option"},
      {"https://h:", "bad port", "1 to 65535"},
      {"https://h:0", "bad port", "1 to 65535"},
      {"https://h:65536", "bad port", "1 to 65535"},
      {"https://h:99999999999999999999", "bad port", "1 to 65535"},
      {"https://h:-1", "bad port", "1 to 65535"},
      {"https://h:8a", "bad port", "1 to 65535"},
      {"https://h/#a", "fragment", "remove it"},
      {"https://h#a", "fragment", "remove it"},
      {"https://::1", "more than one ':'", "[::1]"},
      {"https://[::1", "bad IPv6", "[::1]"},
      {"https://[]", "bad IPv6", "[::1]"},
      {"https://[fe80::1%eth0]", "bad IPv6", "without a zone"},
      {"https://[127.0.0.1]", "bad IPv6", "[::1]"},
      {"https://[::1]8443", "text after", "[::1]:8443"},
      {"https://127.1", "no IPv4", "127.0.0.1"},
      {"https://256.0.0.1", "no IPv4", "127.0.0.1"},
      {"https://2130706433", "no IPv4", "127.0.0.1"},
      {"https://a..b", "two dots", "remove it"},
      {"https://a.b.", "two dots", "remove it"},
      {"https://a\\b", "letters, digits", "check the name"},
      {"https://a%2eb", "letters, digits", "check the name"},
  }));
  CAPTURE(r.text);
  CHECK_THROWS_AS(parse_url(r.text, "base_url"), std::invalid_argument);
  CHECK_THROWS_WITH(parse_url(r.text, "base_url"), StartsWith("base_url: ") && Contains(r.fault) &&
                                                       Contains(r.cure) && !Contains("secret"));
}

TEST_CASE("an embedded NUL or an endless name is refused") {
  CHECK_THROWS_AS(parse_url(std::string("https://h\0.evil", 14)), std::invalid_argument);
  CHECK_THROWS_AS(parse_url("https://" + std::string(64, 'a')), std::invalid_argument);
  std::string longest = "https://a";
  for (int i = 0; i < 127; ++i)
    longest += ".a";
  CHECK_THROWS_AS(parse_url(longest), std::invalid_argument);
}

}  // namespace
