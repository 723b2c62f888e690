// The saturating decimal parser under every number on the wire.
#include "http/decimal.hpp"

#include "tests/support/catch.hpp"

#include <string>

namespace {

using reroute::http::decimal_overflow;
using reroute::http::parse_decimal;
using reroute::http::parse_integer;

TEST_CASE("decimals are scaled and rounded up") {
  CHECK(parse_decimal("20", 3) == 20'000);
  CHECK(parse_decimal("1.5", 3) == 1'500);
  CHECK(parse_decimal("1.0004", 3) == 1'001);
  CHECK(parse_decimal("1.0000", 3) == 1'000);
  CHECK(parse_decimal("0.0001", 3) == 1);
  CHECK(parse_decimal("007", 0) == 7);
  CHECK(parse_decimal("2.1", 0) == 3);
}

TEST_CASE("a decimal matches as a whole or not at all") {
  const auto text = GENERATE("", ".", ".5", "5.", "1.2.3", "+1", "-1", "1e3", "0x10", "inf", "nan",
                             "infinity", " 1", "1 ", "1,5", "1'000", "\xd9\xa1", "1s");
  CAPTURE(text);
  CHECK_FALSE(parse_decimal(text, 3));
}

TEST_CASE("an overflow saturates, wherever it happens") {
  CHECK(parse_decimal("9223372036854775807") == decimal_overflow);
  CHECK(parse_decimal("9223372036854775806") == decimal_overflow - 1);
  CHECK(parse_decimal("9223372036854775806.5") == decimal_overflow);
  CHECK(parse_decimal("9223372036854775807.5") == decimal_overflow);
  CHECK(parse_decimal("9223372036854775808") == decimal_overflow);
  CHECK(parse_decimal("9223372036854776", 3) == decimal_overflow);
  CHECK(parse_decimal("9223372036854775.807", 3) == decimal_overflow);
  CHECK(parse_decimal("9223372036854775.8061", 3) == decimal_overflow);
  CHECK(parse_decimal(std::string(100'000, '9'), 3) == decimal_overflow);
  CHECK(parse_decimal("0." + std::string(100'000, '0') + "1", 3) == 1);
}

TEST_CASE("an integer has no fraction") {
  CHECK(parse_integer("12") == 12);
  CHECK_FALSE(parse_integer("12.0"));
  CHECK_FALSE(parse_integer(""));
}

}  // namespace
