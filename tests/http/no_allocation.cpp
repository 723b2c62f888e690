// Reading hints and limits allocates nothing: every response is read, in a storm too.
#include <reroute/http/rate_limits.hpp>
#include <reroute/http/retry_after.hpp>

#include "tests/support/catch.hpp"

#include <cstdlib>
#include <new>

namespace {

thread_local long allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t size) { return counted(size); }
void* operator new[](std::size_t size) { return counted(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using namespace std::chrono_literals;

TEST_CASE("hints and limits are read without an allocation") {
  const reroute::http::headers fields{
      {"Date", "Tue, 30 Jun 2026 20:30:00 GMT"},
      {"Retry-After", "Tuesday, 30-Jun-26 20:31:05 GMT"},
      {"retry-after-ms", "soon"},
      {"x-ms-retry-after-ms", "0"},
      {"anthropic-ratelimit-input-tokens-limit", "200000"},
      {"anthropic-ratelimit-input-tokens-reset", "2026-06-30T20:31:03.5Z"},
      {"x-ratelimit-reset-tokens", "1h2m3.5s"}};
  const reroute::http::date now(1'782'850'000s);
  const long before = allocations;
  const auto hint = reroute::http::find_retry_after(fields, now);
  const auto limits = reroute::http::find_rate_limits(fields, now);
  const auto date = reroute::http::parse_http_date("Tue Jun 30 20:31:05 2026", now);
  const long after = allocations;
  CHECK(after == before);
  CHECK(before > 0);  // it does count: the fields themselves are on the heap
  CHECK((hint && limits.tokens.reset && date));
}

}  // namespace
