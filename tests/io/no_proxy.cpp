// NO_PROXY, as data: which entry covers which host.
#include "io/no_proxy.hpp"

#include "tests/support/catch.hpp"

#include <cstdint>
#include <string>

using reroute::detail::goes_direct;

namespace {

struct row {
  std::string no_proxy;
  std::string host;
  bool direct;
  std::uint16_t port = 443;
};

const row rows[] = {
    {"", "api.example.com", false},
    {" , ,", "api.example.com", false},
    {"*", "api.example.com", true},
    {"other, *", "192.0.2.1", true},
    // names and what is below them
    {"example.com", "example.com", true},
    {"example.com", "api.example.com", true},
    {".example.com", "api.example.com", true},
    {".example.com", "example.com", true},
    {"*.example.com", "a.b.example.com", true},
    {"EXAMPLE.com.", "api.example.com", true},
    {"example.com", "api.example.com.", true},
    {"example.com", "badexample.com", false},
    {"example.com", "example.com.evil.net", false},
    {"api.example.com", "example.com", false},
    {".", "example.com", false},
    {"com", "example.com", true},
    {"localhost,127.0.0.1", "localhost", true},
    {"one.net two.net\tthree.net", "three.net", true},
    // ports
    {"example.com:443", "api.example.com", true},
    {"example.com:8443", "api.example.com", false},
    {"example.com:8443", "api.example.com", true, 8443},
    {"example.com:", "example.com", false},
    {"example.com:x", "example.com", false},
    {"example.com:99999", "example.com", false},
    {"192.0.2.1:443", "192.0.2.1", true},
    {"192.0.2.1:80", "192.0.2.1", false},
    {"[2001:db8::1]:443", "2001:db8::1", true},
    {"[2001:db8::1]:80", "2001:db8::1", false},
    // addresses
    {"192.0.2.1", "192.0.2.1", true},
    {"192.0.2.1", "192.0.2.11", false},
    {"0.2.1", "192.0.2.1", false},
    {".2.1", "192.0.2.1", false},
    {"2001:DB8:0::1", "2001:db8::1", true},
    {"[2001:db8::1]", "2001:db8::1", true},
    {"192.0.2.1", "::ffff:192.0.2.1", true},
    // networks
    {"10.0.0.0/8", "10.200.3.4", true},
    {"10.0.0.0/8", "11.0.0.1", false},
    {"10.1.2.3/8", "10.200.3.4", true},
    {"192.168.4.0/22", "192.168.7.255", true},
    {"192.168.4.0/22", "192.168.8.0", false},
    {"192.0.2.1/32", "192.0.2.1", true},
    {"192.0.2.1/32", "192.0.2.0", false},
    {"0.0.0.0/0", "203.0.113.9", true},
    {"0.0.0.0/0", "2001:db8::1", false},
    {"fd00::/8", "fd12:3456::1", true},
    {"fd00::/8", "fe80::1", false},
    {"10.0.0.0/8", "ten.example.com", false},
    {"10.0.0.0/33", "10.0.0.1", false},
    {"10.0.0.0/", "10.0.0.1", false},
    {"10.0.0.0/-1", "10.0.0.1", false},
    {"/8", "10.0.0.1", false},
    {"[", "example.com", false},
    {"[::1", "::1", false},
    {"]", "::1", false},
};

}  // namespace

TEST_CASE("who goes round the proxy") {
  for (const auto& each : rows) {
    CAPTURE(each.no_proxy, each.host, each.port);
    CHECK(goes_direct(each.no_proxy, each.host, each.port) == each.direct);
  }
}
