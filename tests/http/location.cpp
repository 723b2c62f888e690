// Where a redirect leads, without what may be secret in it.
#include "http/location.hpp"

#include "tests/support/catch.hpp"

#include <string>

TEST_CASE("a redirect's address is shown without user info, query and fragment") {
  const auto [value, shown] = GENERATE(table<std::string, std::string>(
      {{"https://a.example/b", "https://a.example/b"},
       {" /relative/path?token=hidden ", "/relative/path"},
       {"https://u:hidden@a.example:8443/b?k=hidden", "https://a.example:8443/b"},
       {"https://u:hid@den@a.example", "https://a.example"},
       {"//u:hidden@a.example/b//c@d", "//a.example/b//c@d"},
       {"https://a.example#hidden", "https://a.example"},
       {"https://a.example/\x01\xff b", "https://a.example/???b"},
       {"?hidden", ""},
       {"", ""}}));
  CHECK(reroute::http::shown_location(value) == shown);
}

TEST_CASE("a redirect's address that is too long is cut") {
  CHECK(reroute::http::shown_location("https://a.example/" + std::string(5000, 'x')).size() == 200);
}
