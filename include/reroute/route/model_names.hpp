// Model names per route: a layer of their own, apart from errors and endpoints.
#pragma once

#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>

namespace reroute {

/// What a model is called on one route: "claude-opus-4-8" may be the deployment "opus-prod".
class model_names {
 public:
  model_names() = default;
  /// Pairs of the caller's name and the route's name. Throws like `add`, and for a model that is listed twice.
  model_names(std::initializer_list<std::pair<const std::string, std::string>> names);

  /// Adds or replaces a name. Throws `std::invalid_argument` that names the pair and the cure for a name that is
  /// empty, or has white space around it or a control character in it.
  model_names& add(std::string asked, std::string here);
  /// The route's name of the model that the caller asks for; the same name where none is listed.
  [[nodiscard]] std::string_view on_route(std::string_view asked) const noexcept {
    const auto found = names_.find(asked);
    return found == names_.end() ? asked : std::string_view(found->second);
  }
  [[nodiscard]] bool empty() const noexcept { return names_.empty(); }

 private:
  std::map<std::string, std::string, std::less<>> names_;
};

}  // namespace reroute
