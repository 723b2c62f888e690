// Memory that is given back holds no secret: every piece is looked at, whoever allocated it.
#include <reroute/route/anthropic.hpp>
#include <reroute/route/anthropic_identity.hpp>
#include <reroute/route/azure_foundry.hpp>
#include <reroute/route/entra.hpp>
#include <reroute/testing/manual_clock.hpp>

#include "io/h2_memory.hpp"
#include "route/token_cache.hpp"
#include "tests/route/identity/folder.hpp"
#include "tests/route/requests.hpp"
#include "tests/support/catch.hpp"

#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <optional>
#include <string>
#include <string_view>

namespace {

// part of every secret here
#define MARK "WIPE-ME-WIPE-ME"

thread_local bool watching = false;
thread_local int found = 0;

void* given(std::size_t size) {
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}

void taken_back(void* memory) noexcept {
  if (watching && memory) {
    const std::string_view all(static_cast<const char*>(memory), ::malloc_usable_size(memory));
    if (all.find(MARK) != std::string_view::npos) ++found;
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) { return given(size); }
void* operator new[](std::size_t size) { return given(size); }
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void* operator new[](std::size_t size, const std::nothrow_t&) noexcept { return std::malloc(size); }
void operator delete(void* memory) noexcept { taken_back(memory); }
void operator delete[](void* memory) noexcept { taken_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { taken_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { taken_back(memory); }

namespace {

using namespace reroute;

struct watch {
  watch() {
    found = 0;
    watching = true;
  }
  watch(const watch&) = delete;
  watch& operator=(const watch&) = delete;
  ~watch() { watching = false; }
};

// answers from memory that is never given back; keeps nothing of the request
struct peer final : transport {
  int status = 200;
  std::string_view body;
  std::string challenge;  // with 401, until an answer to it comes

  struct answer final : response_body {
    explicit answer(std::string_view all) : text(all) {}
    asio::awaitable<body_piece> read() override {
      body_piece piece;
      piece.bytes = text;
      piece.last = true;
      co_return piece;
    }
    std::string_view text;
  };
  asio::awaitable<exchange_result> exchange(http::request request) override {
    exchange_result result;
    const bool challenged = !challenge.empty() && !request.headers.contains("authorization");
    result.head.status = challenged ? 401 : status;
    if (challenged) result.head.headers.add("www-authenticate", "Basic realm=" + challenge);
    result.body = std::make_unique<answer>(body);
    co_return std::move(result);
  }
  void shutdown() override {}
};

constexpr std::string_view token_body =
    R"({"access_token":"token-)" MARK R"(-0123456789","expires_in":3600,"refresh_token":"r-)" MARK
    R"(-9876543210","token_type":"Bearer"})";

asio::awaitable<void> ask(detail::token_cache* cache, bool* good) {
  const detail::token_result got = co_await cache->get();
  *good = !got.error;
}

// how many pieces of memory with a secret in them came back during a fetch, making the credential included
template <class Make>
int left_by(const std::shared_ptr<peer>& over, Make&& make) {
  asio::io_context io;
  const auto time = std::make_shared<reroute::testing::manual_clock>();
  time->set_grace(std::chrono::milliseconds(0));
  lent_transports lent;
  lent.https = lent.plain = over;
  bool good = false;
  {
    const watch from_here;
    const credential made = make();
    detail::token_cache cache(io.get_executor(), time, made.source(), lent);
    asio::co_spawn(io, ask(&cache, &good), asio::detached);
    time->run_until(
        io, [&] { return good; }, std::chrono::minutes(1));
  }
  CHECK(good);
  CAPTURE(found);
  return found;
}

environment_lookup lookup(const char* names, const char* url) {
  return [names, url](std::string_view name) -> std::optional<std::string> {
    const std::string_view all(names);
    if (all.find(" " + std::string(name) + " ") == std::string_view::npos) return std::nullopt;
    if (name.ends_with("ENDPOINT")) return url;
    if (name.starts_with("AZURE_TENANT") || name.starts_with("AZURE_CLIENT_ID")) return "id";
    return "secret-" MARK "-0123456789-0123456789";
  };
}

}  // namespace

TEST_CASE("what the watch looks for, it finds") {
  const watch from_here;
  {
    const std::string heap(std::string_view("secret " MARK " and long enough to be on the heap"));
    CHECK(heap.size() > 20);
  }
  CHECK(found == 1);
}

TEST_CASE("sources of tokens give no memory back with a secret in it") {
  const auto over = std::make_shared<peer>();
  over->body = token_body;
  const auto machine = [](environment_lookup env, const std::string& folder = {}) {
    entra::managed_identity_options options;
    options.environment = std::move(env);
    if (!folder.empty()) options.arc_key_folder = folder;
    return entra::managed_identity(std::move(options));
  };
  CHECK(left_by(over, [&] {
          return machine(lookup(" IDENTITY_ENDPOINT IDENTITY_HEADER ", "http://localhost/x"));
        }) == 0);
  CHECK(left_by(over, [&] {
          return machine(lookup(" MSI_ENDPOINT MSI_SECRET ", "http://localhost/x"));
        }) == 0);
  const tests::folder here;
  const std::string folder = here.path("");
  over->challenge = here.write("a.key", "key-" MARK "-0123456789-0123456789");
  CHECK(left_by(over, [&] {
          return machine(lookup(" IDENTITY_ENDPOINT IMDS_ENDPOINT ", "http://localhost/x"), folder);
        }) == 0);
  over->challenge.clear();
  CHECK(left_by(over, [&] {
          entra::default_credential_options options;
          options.environment = lookup(" AZURE_TENANT_ID AZURE_CLIENT_ID AZURE_CLIENT_SECRET ", "");
          return entra::default_credential(std::move(options));
        }) == 0);
  const std::string proof = here.write("proof", "proof." MARK ".0123456789.0123456789\n");
  CHECK(left_by(over, [&] {
          entra::application_options app;
          app.tenant_id = app.client_id = "id";
          return entra::workload_identity(std::move(app), proof);
        }) == 0);
}

TEST_CASE("a login gives no memory back with a secret in it, however much its file holds") {
  const auto over = std::make_shared<peer>();
  over->body = token_body;
  const tests::folder here;
  here.write("configs/default.json", R"({"authentication":{"type":"user_oauth","client_id":"c"}})");
  here.write("credentials/default.json", R"({"access_token":"old-)" MARK
                                         R"(-0123456789","expires_at":1,"refresh_token":"r-)" MARK
                                         R"(-0123456789","other":")" +
                                             std::string(200'000, 'x') + "\"}");
  const std::string folder = here.path("");
  CHECK(left_by(over, [&] {
          anthropic_identity_options options;
          options.environment = tests::lookup({{"ANTHROPIC_CONFIG_DIR", folder}});
          return find_anthropic_identity(std::move(options))->credential;
        }) == 0);
}

TEST_CASE("nghttp2 gives no memory back with a header field in it") {
  nghttp2_mem memory = detail::h2_memory();
  const std::string field = "x-api-key: key-" MARK "-0123456789-0123456789";
  const auto fill = [&field](void* block, std::size_t size) {
    for (std::size_t at = 0; at + field.size() <= size; at += field.size())
      std::memcpy(static_cast<char*>(block) + at, field.data(), field.size());
  };
  const watch from_here;
  for (const std::size_t size : {field.size(), std::size_t{1000}, std::size_t{20'000}}) {
    void* const block = memory.malloc(size, nullptr);
    fill(block, size);
    void* const larger = memory.realloc(block, size * 3, nullptr);
    fill(larger, size * 3);
    memory.free(larger, nullptr);
    void* const cleared = memory.calloc(2, size, nullptr);
    CHECK(std::string(static_cast<char*>(cleared), 2 * size) == std::string(2 * size, '\0'));
    memory.free(cleared, nullptr);
  }
  memory.free(nullptr, nullptr);
  CHECK(found == 0);
}

TEST_CASE("requests give no memory back with the credential in it") {
  const route anthropic_route = anthropic({.api_key = "key-" MARK "-0123456789-0123456789"});
  const route azure_route =
      azure_foundry({.resource = "contoso", .api_key = "key-" MARK "-01234567"});
  const encoded_request asked = reroute::question();
  const watch from_here;
  for (const credential::kind kind : {credential::kind::key, credential::kind::bearer})
    for (const route* const on : {&anthropic_route, &azure_route}) {
      const write_context context{operation::create, asked, "claude", kind,
                                  on->credential.token().secret()};
      const http::request written = on->write(context);
      http::request copy = written;
      const http::request moved = std::move(copy);
      CHECK(moved.headers.size() > 3);
    }
  CHECK(found == 0);
}
