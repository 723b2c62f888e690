// TLS options: client certificates, versions, ciphers, pinned keys, the key log; each checked at once.
#include "io/openssl_handles.hpp"
#include "tests/io/world.hpp"
#include "tests/support/catch.hpp"

#include <openssl/evp.h>
#include <openssl/pem.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

using namespace reroute;
using namespace reroute::io_test;

namespace {

std::string pin_of(const testing::identity& who) {
  const detail::bio_ptr text(BIO_new_mem_buf(who.certificate.data(), -1));
  const detail::x509_ptr certificate(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
  std::array<unsigned char, 512> key;
  unsigned char* end = key.data();
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate.get()), &end);
  REQUIRE((size > 0 && static_cast<std::size_t>(size) <= key.size()));
  std::array<unsigned char, 32> hash;
  EVP_Digest(key.data(), static_cast<std::size_t>(size), hash.data(), nullptr, EVP_sha256(),
             nullptr);
  std::string pin(45, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(pin.data()), hash.data(), 32);
  pin.resize(44);
  return pin;
}

const std::string somebody_elses = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

// a file of the test's own, gone with it
struct scratch_file {
  explicit scratch_file(const std::string& name, const std::string& text = {})
      : path(std::filesystem::temp_directory_path() /
             ("reroute_" + name + std::to_string(std::random_device{}()))) {
    if (!text.empty()) std::ofstream(path) << text;
  }
  scratch_file(const scratch_file&) = delete;
  scratch_file& operator=(const scratch_file&) = delete;
  ~scratch_file() { std::filesystem::remove(path); }
  std::filesystem::path path;
};

std::string encrypted_key() {
  const detail::key_ptr key(EVP_EC_gen("P-256"));
  const detail::bio_ptr out(BIO_new(BIO_s_mem()));
  const std::string phrase = "hush";
  PEM_write_bio_PrivateKey(out.get(), key.get(), EVP_aes_128_cbc(),
                           reinterpret_cast<const unsigned char*>(phrase.data()),
                           static_cast<int>(phrase.size()), nullptr, nullptr);
  char* text = nullptr;
  const long size = BIO_get_mem_data(out.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

server_options asking_who(const testing::throwaway_ca& ca, bool old) {
  auto options = localhost_server();
  options.client_ca = ca.pem();
  options.only_tls_1_2 = old;
  return options;
}

}  // namespace

TEST_CASE("a client certificate opens the door, from text and from files") {
  const bool old = GENERATE(false, true);
  const bool files = GENERATE(false, true);
  const testing::throwaway_ca ca;
  const auto who = ca.issue({});
  const scratch_file certificate("certificate", who.certificate);
  const scratch_file key("key", who.key);
  world stage;
  auto& tls = stage.options.tls;
  if (files) {
    tls.client_certificate_file = certificate.path.string();
    tls.client_key_file = key.path.string();
  } else {
    tls.client_certificate_pem = who.certificate + ca.pem();
    tls.client_key_pem = who.key;
  }
  scripted_server server(stage.io, asking_who(ca, old), echo);
  CHECK(stage.ask(stage.post(server, "known")).body == "known");
}

TEST_CASE("a server that wants a client certificate and gets none is told plainly") {
  const bool old = GENERATE(false, true);
  const testing::throwaway_ca ca;
  world stage;
  scripted_server server(stage.io, asking_who(ca, old), echo);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::tls_failed);
  CHECK_THAT(got.error.detail, Catch::Contains("wants a client certificate") &&
                                   Catch::Contains("tls.client_certificate_file"));
  CHECK(server.bytes_heard() == 0);
}

TEST_CASE("a client certificate of a stranger is refused") {
  const testing::throwaway_ca ca;
  const auto who = testing::throwaway_ca().issue({});
  world stage;
  stage.options.tls.client_certificate_pem = who.certificate;
  stage.options.tls.client_key_pem = who.key;
  scripted_server server(stage.io, asking_who(ca, GENERATE(false, true)), echo);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::tls_failed);
  CHECK_THAT(got.error.detail, !Catch::Contains("wants a client certificate"));
  CHECK_THAT(got.error.detail, Catch::Contains("alert"));
}

TEST_CASE("a minimum version keeps older servers away") {
  world stage;
  stage.options.tls.minimum_version = tls_version::tls1_3;
  auto options = localhost_server();
  options.only_tls_1_2 = GENERATE(true, false);
  scripted_server server(stage.io, options, echo);
  const auto got = stage.ask(stage.post(server, "new"));
  if (options.only_tls_1_2) {
    CHECK(got.error.code == errc::tls_failed);
  } else {
    CHECK(got.body == "new");
  }
}

TEST_CASE("ciphers are those that were chosen") {
  world stage;
  stage.options.tls.ciphers = "ECDHE+AESGCM";
  stage.options.tls.cipher_suites = "TLS_AES_256_GCM_SHA384";
  auto options = localhost_server();
  options.only_tls_1_2 = GENERATE(true, false);
  scripted_server server(stage.io, options, echo);
  CHECK(stage.ask(stage.post(server, "with it")).body == "with it");
}

TEST_CASE("one of the pinned keys is enough, also for a resumed session") {
  const auto options = localhost_server();
  world stage;
  stage.options.tls.pinned_keys = {somebody_elses, pin_of(*options.identity)};
  stage.options.tls.dangerously_accept_any_certificate = GENERATE(true, false);
  scripted_server server(stage.io, options,
                         [](server_connection& connection) -> asio::awaitable<void> {
                           co_await connection.read_request();
                           co_await connection.write(ok("pinned", "Connection: close\r\n"));
                           co_await connection.close();
                         });
  CHECK(stage.ask(stage.post(server)).body == "pinned");
  CHECK(stage.ask(stage.post(server)).body == "pinned");
  CHECK(server.resumed() == 1);
}

TEST_CASE("a key that is not pinned is refused before anything is said") {
  world stage;
  stage.options.tls.pinned_keys = {somebody_elses};
  stage.options.tls.dangerously_accept_any_certificate = GENERATE(true, false);
  auto options = localhost_server();
  options.only_tls_1_2 = GENERATE(true, false);
  scripted_server server(stage.io, options, echo);
  const auto got = stage.ask(stage.post(server));
  CHECK(got.error.code == errc::certificate_refused);
  CHECK_THAT(got.error.detail, Catch::Contains("tls.pinned_keys"));
  CHECK_FALSE(got.error.sent);
  CHECK(server.bytes_heard() == 0);
}

TEST_CASE("the key log is written when asked for, and only then") {
  const scratch_file log("keys");
  const scratch_file unasked("unasked");
  ::setenv("SSLKEYLOGFILE", unasked.path.c_str(), 1);
  {
    world stage;
    if (GENERATE(true, false)) stage.options.tls.key_log_file = log.path.string();
    scripted_server server(stage.io, localhost_server(), echo);
    CHECK(stage.ask(stage.post(server, "x")).body == "x");
    const bool asked = !stage.options.tls.key_log_file.empty();
    CHECK(std::filesystem::exists(log.path) == asked);
    if (asked) {
      std::string word;
      std::ifstream(log.path) >> word;
      CHECK_THAT(word, Catch::Contains("_TRAFFIC_SECRET") || Catch::Contains("EXPORTER"));
      CHECK((std::filesystem::status(log.path).permissions() &
             std::filesystem::perms::others_all) == std::filesystem::perms::none);
    }
  }
  ::unsetenv("SSLKEYLOGFILE");
  CHECK_FALSE(std::filesystem::exists(unasked.path));
}

TEST_CASE("TLS options that cannot be meant are refused at once, with the cure") {
  const auto who = trusted_ca().issue({});
  const auto other = trusted_ca().issue({});
  struct row {
    std::function<void(tls_options&)> set;
    std::string says;
  };
  const std::vector<row> rows = {
      {[&](auto& o) { o.client_certificate_pem = who.certificate; },
       "tls.client_certificate: has no key"},
      {[&](auto& o) { o.client_key_pem = who.key; }, "tls.client_key: has no certificate"},
      {[&](auto& o) {
         o.client_certificate_pem = who.certificate;
         o.client_key_pem = other.key;
       },
       "tls.client_key_pem: the key does not belong"},
      {[&](auto& o) {
         o.client_certificate_pem = "no certificate";
         o.client_key_pem = who.key;
       },
       "tls.client_certificate_pem: no certificate in PEM form"},
      {[&](auto& o) {
         o.client_certificate_pem =
             who.certificate + "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
         o.client_key_pem = who.key;
       },
       "broken"},
      {[&](auto& o) {
         o.client_certificate_pem = who.certificate;
         o.client_key_pem = who.certificate;
       },
       "tls.client_key_pem: no private key"},
      {[&](auto& o) {
         o.client_certificate_pem = who.certificate;
         o.client_key_pem = encrypted_key();
       },
       "pass phrase"},
      {[&](auto& o) {
         o.client_certificate_file = "/nowhere/at/all.pem";
         o.client_key_pem = who.key;
       },
       "tls.client_certificate_file: cannot read \"/nowhere/at/all.pem\""},
      {[&](auto& o) {
         o.client_certificate_file = "/nowhere/at/all.pem";
         o.client_certificate_pem = who.certificate;
       },
       "not both"},
      {[](auto& o) { o.ciphers = "NO-SUCH-CIPHER"; }, "tls.ciphers: "},
      {[](auto& o) { o.cipher_suites = "TLS_NO_SUCH"; }, "tls.cipher_suites: "},
      {[](auto& o) { o.pinned_keys = {"sha256/abc"}; }, "tls.pinned_keys: \"sha256/abc\""},
      {[](auto& o) { o.pinned_keys = {std::string(43, '!') + "="}; }, "tls.pinned_keys: "},
      {[](auto& o) { o.pinned_keys = {""}; }, "tls.pinned_keys: "},
      {[](auto& o) { o.key_log_file = "/nowhere/at/all.log"; }, "tls.key_log_file: cannot write"},
  };
  for (const auto& each : rows) {
    CAPTURE(each.says);
    world stage;
    each.set(stage.options.tls);
    CHECK_THROWS_WITH(stage.over(), Catch::Contains(each.says));
  }
}
