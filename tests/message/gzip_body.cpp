// Request bodies in gzip: what comes out is what went in, for every model, from the same packed bytes.
#include <reroute/message/encoded_request.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/gunzip.hpp"

#include <random>
#include <string>
#include <thread>
#include <vector>

using reroute::encoded_request;
using reroute::testing::gunzip;

namespace {

std::string noise(std::size_t size) {
  std::minstd_rand generator(7);
  std::string text;
  for (std::size_t i = 0; i < size; ++i)
    text += static_cast<char>('a' + generator() % 26);
  return text;
}

}  // namespace

TEST_CASE("a packed body is the plain one, whatever the model") {
  const std::string text = GENERATE(std::string(), std::string(1, 'x'), std::string(1'000'000, 'x'),
                                    noise(10), noise(65'536), noise(300'000));
  const encoded_request request("claude", R"("max_tokens":1,"messages":")" + text + '"');
  for (const std::string& model : {std::string("m"), std::string("opus-prod"), noise(70'000),
                                   std::string(65'524, 'm'), std::string(131'070, 'm')}) {
    const auto packed = request.gzip_body_for(model);
    CHECK(gunzip(packed.text()) == request.body_for(model).text());
    CHECK(packed.size() == packed.text().size());
  }
  CHECK(gunzip(request.gzip_body_without_model().text()) == request.body_without_model().text());
  CHECK(gunzip(request.gzip_body_without_model(R"("a":1)").text()) ==
        request.body_without_model(R"("a":1)").text());
}

TEST_CASE("it is packed once, and shared") {
  const encoded_request request("claude", R"("messages":")" + std::string(100'000, 'x') + '"');
  const auto first = request.gzip_body_for("a");
  const auto second = encoded_request(request).gzip_body_for("another");
  CHECK(first.tail().data() == second.tail().data());
  CHECK(first.head().size() < 100);
  CHECK(first.end().size() == 8);
  CHECK(first.size() < 1000);
}

TEST_CASE("it is packed once, whoever asks first") {
  const encoded_request request("claude", R"("messages":")" + noise(100'000) + '"');
  std::vector<const char*> seen(4);
  std::vector<std::thread> all;
  for (auto& mine : seen)
    all.emplace_back([&request, &mine] { mine = request.gzip_body_for("m").tail().data(); });
  for (auto& each : all)
    each.join();
  for (const char* const each : seen)
    CHECK(each == seen.front());
}

TEST_CASE("a packed request without members, or without anything, is still JSON") {
  CHECK(gunzip(encoded_request().gzip_body_for("m").text()) == R"({"model":"m"})");
  CHECK(gunzip(encoded_request("m", "").gzip_body_for("m").text()) == R"({"model":"m"})");
  CHECK(gunzip(encoded_request().gzip_body_without_model().text()) == "{}");
}
