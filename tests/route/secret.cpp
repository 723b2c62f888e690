// Secrets are wiped from the memory they stood in, and hidden in foreign texts.
#include "route/secret.hpp"

#include "tests/support/catch.hpp"

#include <algorithm>
#include <string>
#include <string_view>

using reroute::detail::redact;
using reroute::detail::wipe;

TEST_CASE("a wiped string leaves none of its letters behind") {
  for (const std::size_t size : {std::size_t(6), std::size_t(15), std::size_t(300)}) {
    std::string secret(size, 'S');
    secret.resize(size / 2);  // letters beyond the end count too
    // the memory is the string's own, within its capacity: it may be looked at
    const std::string_view memory(secret.data(), secret.capacity());
    REQUIRE(std::count(memory.begin(), memory.end(), 'S') >= static_cast<long>(size / 2));
    wipe(secret);
    CHECK(secret.empty());
    REQUIRE(secret.data() == memory.data());
    CHECK(std::count(memory.begin(), memory.end(), 'S') == 0);
  }
}

TEST_CASE("what looks like a secret is hidden in a text for people") {
  CHECK(redact("connection refused") == "connection refused");
  CHECK(redact("") == "");
  CHECK(redact("HTTP 400 invalid_grant: key sk-ant-x is bad") ==
        "HTTP 400 invalid_grant: key [hidden] is bad");
  CHECK(redact("token=abcdefghijklmnopqrstuvwxyz0123456789, sorry") == "[hidden], sorry");
  CHECK(redact("{\"assertion\":\"" + std::string(900, 'J') + "\"}") ==
        "{\"assertion\":\"[hidden]\"}");
  CHECK(redact("old pw1 and xpw1y", "pw1") == "old [hidden] and x[hidden]y");
  CHECK(redact("line one\r\nline\ttwo\x7f") == "line one  line two ");
  CHECK(redact(std::string(31, 'a')) == std::string(31, 'a'));
  CHECK(redact(std::string(32, 'a')) == "[hidden]");
}

TEST_CASE("a secret that is known is hidden in a foreign text, whatever it looks like") {
  const auto hidden = [](std::string text, std::string_view secret) {
    reroute::detail::hide_secret(text, secret);
    return text;
  };
  const std::string key = "3f2a9c0d4b1e48d7a6c5e2f10b9d8c7e";
  CHECK(hidden("the key '" + key + "' is not valid, " + key, key) ==
        "the key '[hidden]' is not valid, [hidden]");
  CHECK(hidden("cut: 3f2a9c0d4b1e", key) == "cut: [hidden]");
  CHECK(hidden("3f2a9c0d", key) == "[hidden]");
  CHECK(hidden("cut: 3f2a9c0", key) == "cut: 3f2a9c0");
  CHECK(hidden("ask the key", "key") == "ask the key");
  CHECK(hidden("", key) == "");
  CHECK(hidden("nothing", "") == "nothing");
}

TEST_CASE("a secret is hidden as a form or a URL has it, too") {
  const auto hidden = [](std::string text, std::string_view secret) {
    reroute::detail::hide_secret(text, secret);
    return text;
  };
  CHECK(hidden("client_secret=s3c%2Fret~%2B&x=1", "s3c/ret~+") == "client_secret=[hidden]&x=1");
  CHECK(hidden("client_secret=s3c%2fret~%2b", "s3c/ret~+") == "client_secret=[hidden]");
  CHECK(hidden("client_secret=s3c/ret~+", "s3c/ret~+") == "client_secret=[hidden]");
  CHECK(hidden("cut client_secret=s3c%2Fret~%2", "s3c/ret~+") == "cut client_secret=[hidden]");
  CHECK(hidden("s3c%2Fret~%2B was sent as s3c/ret~", "s3c/ret~+") ==
        "[hidden] was sent as [hidden]");
  CHECK(hidden("a%20b", "a b") == "a%20b");  // protects nothing
  CHECK(hidden("as \"pa\\\"ss\\\\word\"", "pa\"ss\\word") == "as \"[hidden]\"");
}

TEST_CASE("a long text is cut") {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += "word ";
  CHECK(redact(text).size() == 300);
  CHECK(redact(text).starts_with("word word "));
}
