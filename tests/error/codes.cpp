// Error codes: each has its category, and codes of others have one too.
#include <reroute/error/category.hpp>
#include <reroute/error/errc.hpp>

#include "tests/support/catch.hpp"

#include <cerrno>
#include <set>
#include <sstream>
#include <string>
#include <utility>

namespace {

using reroute::category;
using reroute::category_of;
using reroute::errc;

const std::pair<errc, category> all_codes[] = {
    {errc::rate_limited, category::rate_limit},
    {errc::overloaded, category::overloaded},
    {errc::quota_exhausted, category::quota},
    {errc::unauthorized, category::auth},
    {errc::rejected, category::bad_request},
    {errc::provider_timeout, category::timeout},
    {errc::server_error, category::server},
    {errc::connect_failed, category::network},
    {errc::host_not_found, category::network},
    {errc::tls_failed, category::network},
    {errc::certificate_refused, category::network},
    {errc::proxy_refused, category::network},
    {errc::proxy_unauthorized, category::auth},
    {errc::connection_lost, category::network},
    {errc::truncated_body, category::network},
    {errc::protocol_error, category::network},
    {errc::header_too_large, category::network},
    {errc::body_too_large, category::network},
    {errc::enhance_your_calm, category::overloaded},
    {errc::malformed_answer, category::network},
    {errc::connect_timeout, category::timeout},
    {errc::head_timeout, category::timeout},
    {errc::idle_timeout, category::timeout},
    {errc::attempt_timeout, category::timeout},
    {errc::deadline_exceeded, category::timeout},
    {errc::would_miss_deadline, category::timeout},
    {errc::too_many_waiting, category::overloaded},
    {errc::draining, category::network},
    {errc::first_event_timeout, category::timeout},
    {errc::first_content_timeout, category::timeout},
    {errc::stream_stalled, category::timeout},
    {errc::stream_too_slow, category::timeout},
    {errc::credential_failed, category::auth},
};

constexpr category all_categories[] = {
    category::ok,      category::rate_limit,  category::overloaded, category::quota,
    category::auth,    category::bad_request, category::timeout,    category::server,
    category::network, category::cancelled};

// a category of somebody else's, as Asio's ssl, misc and netdb are
class foreign : public std::error_category {
 public:
  explicit foreign(const char* name) : name_(name) {}
  const char* name() const noexcept override { return name_; }
  std::string message(int) const override { return "foreign"; }

 private:
  const char* name_;
};

TEST_CASE("every code equals its category and no other") {
  for (const auto& [code, kind] : all_codes) {
    const std::error_code ec = code;
    CAPTURE(ec.message());
    for (const category other : all_categories)
      CHECK((ec == other) == (other == kind));
    CHECK(category_of(ec) == kind);
    CHECK((ec == std::errc::timed_out) == (kind == category::timeout));
    CHECK(ec.default_error_condition() == kind);
  }
}

TEST_CASE("every code says clearly, and differently, what it means") {
  std::set<std::string> texts;
  for (const auto& [code, kind] : all_codes) {
    const std::string text = make_error_code(code).message();
    CHECK(text.size() > 10);
    CHECK(text.find("unknown") == std::string::npos);
    CHECK(texts.insert(text).second);
  }
  CHECK(std::string(reroute::reroute_category().name()) == "reroute");
  CHECK(make_error_code(static_cast<errc>(9999)).message() == "unknown reroute error");
  CHECK(category_of(make_error_code(static_cast<errc>(9999))) == category::network);
}

TEST_CASE("codes of the system have a category, under the system's name and under Asio's") {
  static const foreign asio_system("asio.system");
  for (const std::error_category* of : {&std::system_category(), &std::generic_category(),
                                        static_cast<const std::error_category*>(&asio_system)}) {
    CAPTURE(of->name());
    CHECK(std::error_code(ECANCELED, *of) == category::cancelled);
    CHECK(std::error_code(ETIMEDOUT, *of) == category::timeout);
    CHECK(std::error_code(ECONNREFUSED, *of) == category::network);
    CHECK(std::error_code(ECONNRESET, *of) == category::network);
    CHECK(std::error_code(EPIPE, *of) == category::network);
    CHECK(std::error_code(0, *of) == category::ok);
  }
}

TEST_CASE("a code of an unknown kind is the network's, even if its number is an errno") {
  static const foreign tls("asio.ssl");
  CHECK(std::error_code(1, tls) == category::network);
  CHECK(std::error_code(ECANCELED, tls) == category::network);
  CHECK(std::error_code(ETIMEDOUT, tls) == category::network);
}

TEST_CASE("no error is ok") {
  CHECK(std::error_code() == category::ok);
  CHECK_FALSE(std::error_code() == category::network);
}

TEST_CASE("a category prints as its name and as a condition") {
  std::ostringstream out;
  for (const category kind : all_categories)
    out << kind << ' ';
  CHECK(out.str() ==
        "ok rate_limit overloaded quota auth bad_request timeout server network cancelled ");
  CHECK(make_error_condition(category::quota).message() == "quota");
  CHECK(std::string(make_error_condition(category::quota).category().name()) == "reroute.category");
  CHECK(to_string(static_cast<category>(200)) == "unknown");
}

}  // namespace
