// Fake token services that really listen: Entra ID, managed identities, Anthropic's token endpoint.
#pragma once

#include <reroute/detail/asio.hpp>
#include <reroute/detail/foreign_loop.hpp>
#include <reroute/io/clock.hpp>
#include <reroute/testing/fake_claude.hpp>

#include <asio/any_io_executor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace reroute::testing {

/// Who hands out tokens.
enum class identity_service : std::uint8_t {
  entra,
  imds,
  app_service,       ///< Container Apps too
  machine_learning,  ///< Azure ML
  anthropic,
};

/// How a service writes its numbers. Real ones do all of these.
enum class number_form : std::uint8_t {
  usual,     ///< as the service documents it: IMDS in strings, the others not
  text,      ///< "3599"
  iso_date,  ///< `expires_on` as ISO 8601, and no `expires_in`: managed identities on some hosts
};

/// What the fake knows and how it answers. Every member has a default.
struct fake_identity_options {
  /// The one application: its id and its secret.
  std::string client_id = "11111111-2222-3333-4444-555555555555";
  std::string client_secret = "fake-client-secret-0123456789";
  /// What App Service and Azure ML want to see in their header.
  std::string identity_header = "fake-identity-header-0123456789";
  /// The federated tokens that Entra and Anthropic take. Default empty: anything that looks like a JWT.
  std::vector<std::string> assertions = {};
  /// The refresh token of Anthropic's interactive login; replaced by another at each use.
  std::string refresh_token = "sk-ant-ort01-fake-refresh-token";
  /// How long tokens live.
  std::chrono::seconds life = std::chrono::hours(1);
  number_form numbers = number_form::usual;
};

/// Something that goes wrong: for so many requests, or for so long; for neither, until `clear_faults`.
struct identity_fault {
  identity_service service = identity_service::entra;
  int status = 503;
  /// Default empty: the service's own words. It may quote what was sent: `{request}` becomes the request's
  /// target, header fields and body, as bad gateways and debug pages do.
  std::string body = {};
  std::chrono::seconds retry_after{0};  ///< 0: none
  std::string location = {};            ///< of a redirect
  bool silent = false;                  ///< says nothing instead
  std::size_t requests = 0;
  std::chrono::milliseconds time{0};
};

/// Token services on 127.0.0.1: one port with TLS (Entra, Anthropic), one in the clear (the others).
///
///     fake_identity identity(io.get_executor());
///     auto token = entra::client_secret({.tenant_id = "contoso", .client_id = identity.options().client_id,
///                                        .authority_host = identity.authority()},
///                                       identity.options().client_secret);
///     identity.trusted_by(azure);  // a route of a fake_claude takes its tokens
///     // https_options::tls.ca_pem = claude.ca_pem() + identity.ca_pem()
///
/// It knows two API paths too, for clients that have one URL for all: POST /v1/messages and
/// /anthropic/v1/messages with one of its tokens get a message. Official clients are run against it
/// (tests/identity_clients). It shares no parsing code with the library.
///
/// Runs on `executor` as `fake_claude` does; what is asked of it may be asked on any thread.
class fake_identity {
 public:
  explicit fake_identity(asio::any_io_executor executor, fake_identity_options options = {},
                         std::shared_ptr<clock> time = system_clock());
  // a loop of the other Asio: refused by a static_assert that says what to do
  template <detail::foreign_loop Loop, class... Rest>
  explicit fake_identity(Loop&&, Rest&&...) : fake_identity(detail::refuse_foreign_loop<Loop>()) {}
  fake_identity(const fake_identity&) = delete;
  fake_identity& operator=(const fake_identity&) = delete;
  /// Stops.
  ~fake_identity();

  [[nodiscard]] const fake_identity_options& options() const;
  /// "https://127.0.0.1:PORT": for `authority_host` and AZURE_AUTHORITY_HOST.
  [[nodiscard]] std::string authority() const;
  /// The same: for `base_url` of a federation and ANTHROPIC_BASE_URL.
  [[nodiscard]] std::string anthropic_url() const;
  /// "http://127.0.0.1:PORT": for AZURE_POD_IDENTITY_AUTHORITY_HOST.
  [[nodiscard]] std::string imds_host() const;
  /// For IDENTITY_ENDPOINT; `options().identity_header` is the IDENTITY_HEADER.
  [[nodiscard]] std::string app_service_url() const;
  /// For MSI_ENDPOINT; `options().identity_header` is the MSI_SECRET.
  [[nodiscard]] std::string machine_learning_url() const;
  /// The CA that signed its certificate, for `tls_options::ca_pem`.
  [[nodiscard]] const std::string& ca_pem() const;

  /// From now on this route takes the tokens that are handed out, besides its key.
  void trusted_by(fake_route route);
  /// No token that was handed out so far is good any more.
  void revoke();
  /// The latest fault of a service counts.
  void inject(identity_fault what);
  void clear_faults();

  /// Requests that a service has heard, whatever became of them. A probe of IMDS is one.
  [[nodiscard]] std::size_t heard(identity_service by) const;
  /// Tokens that a service has handed out.
  [[nodiscard]] std::size_t issued(identity_service by) const;
  /// Messages that were answered.
  [[nodiscard]] std::size_t messages() const;
  /// The latest request to a service.
  [[nodiscard]] std::optional<fake_request> last_request(identity_service to) const;
  /// Every secret that it knows or has handed out: nothing of these may be seen in a log.
  [[nodiscard]] std::vector<std::string> secrets() const;
  /// Closes listeners and connections. May be repeated; on the loop's thread, or while it does not run.
  void stop();

 private:
  struct shared;
  std::shared_ptr<shared> shared_;
};

}  // namespace reroute::testing
