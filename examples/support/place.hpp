// Where the examples run: against real routes if the environment names them, else a fake Claude
// here.
#pragma once

#include <reroute/io/https_transport.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace examples {

/// Real keys from the environment (ANTHROPIC_API_KEY, ANTHROPIC_FOUNDRY_API_KEY with
/// ANTHROPIC_FOUNDRY_RESOURCE) where both are set; otherwise a fake Claude with two routes, on
/// 127.0.0.1 and on a thread of its own.
class place {
 public:
  place();
  ~place();
  place(const place&) = delete;
  place& operator=(const place&) = delete;

  [[nodiscard]] std::string anthropic_url() const;
  [[nodiscard]] std::string anthropic_key() const;
  [[nodiscard]] std::string azure_url() const;
  [[nodiscard]] std::string azure_key() const;
  /// Trusts the fake's certificate, if it is the fake.
  [[nodiscard]] reroute::https_options https() const;
  /// Lets the Anthropic route refuse everything for so long; nothing happens on real routes.
  void anthropic_refuses_for(std::chrono::milliseconds time);
  /// The next stream over the Anthropic route ends in an error; nothing happens on real routes.
  void next_stream_breaks_off();

 private:
  struct fake;
  std::unique_ptr<fake> fake_;
};

}  // namespace examples
