// Throwaway certificates, made in the process: what a server shows, and the root that vouches for
// it.
#pragma once

#include <string>

namespace reroute::testing {

/// A certificate and its key, as PEM text.
struct identity {
  std::string certificate;
  std::string key;
};

/// What to make.
struct certificate_wish {
  std::string name = "localhost";  ///< DNS name, or an IP address where `ip`
  bool ip = false;
  bool expired = false;
};

/// A certificate authority of its own key; each one is a stranger to the others.
class throwaway_ca {
 public:
  throwaway_ca();
  [[nodiscard]] const std::string& pem() const noexcept { return self_.certificate; }
  [[nodiscard]] identity issue(const certificate_wish& wish) const;

 private:
  identity self_;
};

/// A certificate that vouches for itself.
[[nodiscard]] identity self_signed(const certificate_wish& wish);

}  // namespace reroute::testing
