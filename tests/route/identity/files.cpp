// Token files: trimmed, bounded, never waited for; files of secrets that others may read are refused.
#include <reroute/route/token_fetch.hpp>

#include "route/identity/local_file.hpp"
#include "route/identity/secret_json.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/support/catch.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <new>
#include <string>
#include <sys/stat.h>
#include <system_error>
#include <vector>

using Catch::Matchers::Contains;
using reroute::token_error;
using namespace reroute::detail;

namespace {

// in the language of the locale
std::string words_of(std::errc what) { return std::make_error_code(what).message(); }

std::string problem(const std::string& path) {
  try {
    (void)read_token_file(path, "the token file");
  } catch (const token_error& problem) {
    CHECK_FALSE(problem.retryable());
    CHECK_THAT(problem.what(), Contains("the token file " + path) && !Contains("CANARY"));
    return problem.what();
  }
  FAIL("it was read");
  return {};
}

// looks at each piece of memory that comes back
struct watching_resource final : boost::json::memory_resource {
  int pieces = 0, held = 0;
  bool all_wiped = true;

 private:
  void* do_allocate(std::size_t size, std::size_t) override {
    ++pieces;
    ++held;
    return ::operator new(size);
  }
  void do_deallocate(void* memory, std::size_t size, std::size_t) override {
    const char* const bytes = static_cast<const char*>(memory);
    all_wiped = all_wiped && std::all_of(bytes, bytes + size, [](char c) { return c == 0; });
    --held;
    ::operator delete(memory);
  }
  bool do_is_equal(const boost::json::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

TEST_CASE("a token file is read anew and trimmed") {
  const tests::folder here;
  const std::string path = here.write("token", " \n a.b.c\r\n\t");
  CHECK(read_token_file(path, "it").get() == "a.b.c");
  here.write("token", "d.e.f\n");
  CHECK(read_token_file(path, "it").get() == "d.e.f");
}

TEST_CASE("token files that hold no token are told by path and cause") {
  const tests::folder here;
  CHECK_THAT(problem(here.path("none")), Contains(words_of(std::errc::no_such_file_or_directory)));
  CHECK_THAT(problem(here.write("empty", "")), Contains("is empty"));
  CHECK_THAT(problem(here.write("blank", " \n\n")), Contains("is empty"));
  CHECK_THAT(problem(here.write("words", "CANARY two words")), Contains("does not hold a token"));
  CHECK_THAT(problem(here.write("huge", std::string(64 * 1024 + 1, 'x'))),
             Contains(words_of(std::errc::file_too_large)));
  CHECK_THAT(problem(here.path("")), Contains(words_of(std::errc::invalid_argument)));
  REQUIRE(::mkfifo(here.path("pipe").c_str(), 0600) == 0);
  CHECK_THAT(problem(here.path("pipe")), Contains(words_of(std::errc::invalid_argument)));
}

TEST_CASE("a file of secrets that others may read or write is refused, also behind a link") {
  const tests::folder here;
  for (const unsigned mode : {0600U, 0400U, 0700U, 0611U})
    CHECK(loose_permissions(here.write("a", "x", mode)).empty());
  for (const unsigned mode : {0640U, 0604U, 0644U, 0444U})
    CHECK_THAT(loose_permissions(here.write("a", "x", mode)),
               Contains("others may read it; run: chmod 600 " + here.path("a")));
  for (const unsigned mode : {0620U, 0602U, 0666U})
    CHECK_THAT(loose_permissions(here.write("a", "x", mode)), Contains("others may write it"));
  std::filesystem::create_symlink(here.path("a"), here.path("link"));
  CHECK_FALSE(loose_permissions(here.path("link")).empty());
  here.write("a", "x");
  CHECK(loose_permissions(here.path("link")).empty());
  CHECK(loose_permissions(here.path("none")).empty());
}

TEST_CASE("a private file is written whole, for this user alone, and makes its folder") {
  const tests::folder here;
  const std::string path = here.path("new/deep/file.json");
  CHECK_FALSE(write_private_file(path, "one"));
  CHECK(here.read("new/deep/file.json") == "one");
  CHECK(loose_permissions(path).empty());
  here.write("loose", "old", 0644);
  CHECK_FALSE(write_private_file(here.path("loose"), "two"));
  CHECK(here.read("loose") == "two");
  CHECK(loose_permissions(here.path("loose")).empty());
  CHECK(write_private_file(here.path("loose/no"), "x") == std::errc::not_a_directory);
  std::filesystem::create_symlink(here.path("loose"), here.path("link"));
  CHECK_FALSE(write_private_file(here.path("link"), "three"));
  CHECK(here.read("loose") == "three");  // what the link points to, and the link stays
  CHECK(std::filesystem::is_symlink(here.path("link")));
  const auto entries = std::filesystem::directory_iterator(here.path("new/deep"));
  CHECK(std::distance(begin(entries), end(entries)) == 1);  // nothing is left beside it
}

TEST_CASE("JSON with a secret is read into memory that is wiped") {
  watching_resource heap;
  {
    wiping_resource wiped(&heap);
    const boost::json::storage_ptr storage(&wiped);
    boost::json::value value = boost::json::parse(
        R"({"access_token":"CANARY-CANARY-CANARY-CANARY","list":["CANARY",1]})", storage);
    value.as_object()["more"] = std::string(1000, 'S');
    value.as_object()["more"] = "short";
  }
  CHECK(heap.pieces > 4);
  CHECK(heap.held == 0);
  CHECK(heap.all_wiped);
  const auto read =
      parse_secret_object(R"({"a":"CANARY","n":"12","f":1.5,"u":18446744073709551615})");
  REQUIRE(read);
  CHECK(secret_at(read->get_object(), "a") == "CANARY");
  CHECK(number_at(read->get_object(), "n") == 12);
  CHECK(number_at(read->get_object(), "f") == 1);
  CHECK(number_at(read->get_object(), "u") == INT64_MAX);
  CHECK(number_at(read->get_object(), "a") == std::nullopt);
  CHECK(read->storage().get() != boost::json::storage_ptr().get());
  for (const std::string none : {"", "[]", "1", "{", "{} {}", "{\"a\":1,}"})
    CHECK_FALSE(parse_secret_object(none));
  std::string deep;
  for (int i = 0; i < 100; ++i)
    deep += "{\"a\":";
  CHECK_FALSE(parse_secret_object(deep));
}

TEST_CASE("a secret body is wiped when the last request with it is gone") {
  const reroute::http::body body = secret_body(secret_text("CANARY body"));
  CHECK(body.text() == "CANARY body");
  CHECK(body.head().empty());
  const reroute::http::body copy = body;
  CHECK(copy.tail().data() == body.tail().data());  // shared, not copied
}
