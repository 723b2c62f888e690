// Where the keyless examples run: fakes that take tokens, and fake services that hand them out.
#pragma once

#include <reroute/io/https_transport.hpp>
#include <reroute/route/environment_lookup.hpp>

#include <memory>
#include <string>

namespace examples {

/// A fake Claude whose routes know no key, and fake token services, on 127.0.0.1 and on a thread of their
/// own; and the environment that a workload would find there.
class keyless_place {
 public:
  keyless_place();
  ~keyless_place();
  keyless_place(const keyless_place&) = delete;
  keyless_place& operator=(const keyless_place&) = delete;

  [[nodiscard]] std::string anthropic_url() const;
  [[nodiscard]] std::string azure_url() const;
  /// Where Anthropic's tokens are handed out.
  [[nodiscard]] std::string token_url() const;
  /// What the platform has put there: an Entra application with its secret, a token of the workload.
  [[nodiscard]] reroute::environment_lookup environment() const;
  /// A file with the workload's own token, as Kubernetes projects it.
  [[nodiscard]] std::string identity_token_file() const;
  /// Trusts the fakes' certificates.
  [[nodiscard]] reroute::https_options https() const;
  /// No token that was handed out so far is good any more.
  void revoke_tokens();
  /// How often tokens were handed out.
  [[nodiscard]] std::size_t exchanges() const;

 private:
  struct fake;
  std::unique_ptr<fake> fake_;
};

}  // namespace examples
