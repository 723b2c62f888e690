// When a token must be fetched, when it may, and when its source is left alone. Pure.
#pragma once

#include <reroute/route/credential.hpp>

#include <chrono>
#include <string_view>

namespace reroute::detail {

/// The rules of refresh (those of Anthropic's SDK): served from the cache with more than 120 s to
/// live; with 30 to 120 s served and refreshed in the background; below that, everybody waits for
/// one refresh. A failing source is asked again after 1 s, doubling up to 30 s; a background
/// refresh after 5 s.
class token_state {
 public:
  using steady = std::chrono::steady_clock::time_point;
  using wall = std::chrono::system_clock::time_point;

  enum class advice : unsigned char {
    serve,              ///< the cached token
    serve_and_refresh,  ///< the cached token, and begin a refresh nobody waits for
    wait,               ///< for a refresh; begin one unless it is under way
    fail,               ///< the source failed a moment ago: its error again
  };

  [[nodiscard]] advice ask(steady now, wall wall_now) const;
  /// The API refused this secret. Serves another one that is there already.
  [[nodiscard]] advice ask_after_refusal(std::string_view refused, steady now, wall wall_now);

  void began() { refreshing_ = true; }
  void succeeded(access_token token);
  void failed(steady now);

  [[nodiscard]] bool refreshing() const { return refreshing_; }
  [[nodiscard]] const access_token& token() const { return token_; }

 private:
  access_token token_;
  bool have_ = false;
  bool refreshing_ = false;
  int failures_ = 0;
  steady failed_at_{};
};

}  // namespace reroute::detail
