// Fuzzes the readings of token endpoints: any answer is a token with a life, or a failure within its bounds
// that does not show what was sent.
#include "route/identity/token_answer.hpp"
#include "tests/fuzz/expect.hpp"
#include "tests/fuzz/response.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

using namespace reroute::detail;
using fuzz::expect;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const reroute::http::response response = fuzz::read_response(text);
  constexpr std::string_view secret = "CANARY-0123";
  for (const token_endpoint from :
       {token_endpoint::entra, token_endpoint::managed_identity, token_endpoint::anthropic}) {
    token_reading how;
    how.from = from;
    how.who = "it";
    how.now = std::chrono::system_clock::time_point(std::chrono::seconds(1'767'225'600));
    how.secrets = {secret};
    const token_result got = read_token_answer(response, how);
    if (!got.error) {
      expect(!got.token.secret().empty(), "a token is not empty");
      expect(got.token.expires_at() && *got.token.expires_at() >= how.now, "it has a life");
      expect(*got.token.expires_at() <= how.now + std::chrono::hours(24 * 365 * 11),
             "of some years");
      continue;
    }
    expect(got.detail.size() <= 300, "a failure's text is bounded");
    expect(got.detail.find(secret) == std::string::npos, "it does not show what was sent");
    expect(got.rest >= reroute::duration::zero(), "a wait is not negative");
  }
  return 0;
}
