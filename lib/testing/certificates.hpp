// Throwaway certificates, made in the process.
#pragma once

#include <reroute/testing/fake_claude.hpp>

#include <memory>
#include <string>

namespace reroute::testing {

/// A certificate and its private key, as PEM.
struct certified_key {
  std::string certificate;
  std::string key;
};

/// A certificate authority of P-256 that nobody should trust.
class throwaway_ca {
 public:
  throwaway_ca();
  ~throwaway_ca();
  throwaway_ca(const throwaway_ca&) = delete;
  throwaway_ca& operator=(const throwaway_ca&) = delete;

  [[nodiscard]] const std::string& pem() const { return pem_; }
  /// A server's certificate for 127.0.0.1, ::1, localhost and the names under fake.localhost, or one that a client must refuse.
  [[nodiscard]] certified_key issue(shown_certificate kind) const;

 private:
  struct parts;
  std::unique_ptr<parts> parts_;
  std::string pem_;
};

}  // namespace reroute::testing
