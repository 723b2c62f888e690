// Signed assertions: what they say, that they verify, and certificates that cannot sign.
#include "route/identity/signing_certificate.hpp"

#include "tests/route/identity/certificate.hpp"
#include "tests/route/refused.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <set>

using Catch::Matchers::Contains;
using reroute::refused;
using reroute::detail::assertion_claims;
using reroute::detail::base64url;
using reroute::detail::random_uuid;
using reroute::detail::signing_certificate;
using tests::made_certificate;

namespace {

namespace json = boost::json;

assertion_claims claims() {
  assertion_claims made;
  made.audience = "https://login.microsoftonline.com/t/oauth2/v2.0/token";
  made.client_id = "c\"1";
  made.now = std::chrono::sys_seconds(std::chrono::seconds(1'767'225'600));
  made.id = "id-1";
  return made;
}

std::string problem(const std::string& pem, std::string_view password = {}) {
  const std::string text = refused([&] { signing_certificate(pem, password, "it"); });
  CHECK_THAT(text, !Contains("CANARY") && !Contains("BEGIN"));
  return text;
}

}  // namespace

TEST_CASE("an assertion is a PS256 JWT of ten minutes with the certificate's thumbprint") {
  const made_certificate made = tests::make_rsa_certificate();
  const signing_certificate with(made.certificate + made.key, {}, "it");
  const tests::jwt read = tests::read_jwt(with.sign(claims(), false));
  CHECK(read.head == R"({"alg":"PS256","typ":"JWT","x5t#S256":")" + made.thumbprint + "\"}");
  CHECK(
      read.body ==
      R"({"aud":"https://login.microsoftonline.com/t/oauth2/v2.0/token","exp":1767226200,"iss":"c\"1","jti":"id-1","nbf":1767225600,"sub":"c\"1"})");
  CHECK(tests::verifies(read, made.certificate));
  const made_certificate other = tests::make_rsa_certificate();
  CHECK_FALSE(tests::verifies(read, other.certificate));
}

TEST_CASE("the chain goes along if it is wanted, the key's own certificate first") {
  const made_certificate made = tests::make_rsa_certificate();
  const made_certificate above = tests::make_rsa_certificate();
  const signing_certificate with(above.certificate + made.key + made.certificate, {}, "it");
  const tests::jwt read = tests::read_jwt(with.sign(claims(), true));
  const json::value head = json::parse(read.head);
  CHECK(head.at("x5t#S256").as_string() == made.thumbprint);
  REQUIRE(head.at("x5c").as_array().size() == 2);
  CHECK(head.at("x5c").at(0).as_string() == made.der);
  CHECK(head.at("x5c").at(1).as_string() == above.der);
  CHECK(tests::verifies(read, made.certificate));
}

TEST_CASE("a key with a password opens with it, and asks nobody without") {
  const made_certificate made = tests::make_rsa_certificate("CANARY-password");
  const signing_certificate with(made.certificate + made.key, "CANARY-password", "it");
  CHECK(tests::verifies(tests::read_jwt(with.sign(claims(), false)), made.certificate));
  CHECK_THAT(problem(made.certificate + made.key), Contains("password"));
  CHECK_THAT(problem(made.certificate + made.key, "CANARY-wrong"), Contains("this password"));
}

TEST_CASE("certificates that cannot sign are refused") {
  const made_certificate made = tests::make_rsa_certificate();
  const made_certificate other = tests::make_rsa_certificate();
  CHECK_THAT(problem(""), Contains("no private key"));
  CHECK_THAT(problem("CANARY"), Contains("no private key"));
  CHECK_THAT(problem(made.certificate), Contains("no private key"));
  CHECK_THAT(problem(made.key), Contains("no certificate"));
  CHECK_THAT(problem(made.certificate + other.key), Contains("not the certificate's"));
  CHECK_THAT(problem(tests::make_ec_key() + made.certificate), Contains("RSA"));
}

TEST_CASE("base64url has no padding, and an id is never the same twice") {
  CHECK(base64url("") == "");
  CHECK(base64url("f") == "Zg");
  CHECK(base64url("\xff\xfe\xfd") == "__79");
  CHECK(base64url("\xfb\xef") == "--8");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i)
    seen.insert(random_uuid());
  CHECK(seen.size() == 100);
  CHECK(seen.begin()->size() == 36);
  CHECK((*seen.begin())[14] == '4');
}
