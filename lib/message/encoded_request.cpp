// The shared bytes of a request, and the heads that each route puts in front.
#include <reroute/message/encoded_request.hpp>

#include "message/quote.hpp"

#include <utility>

namespace reroute {

namespace {

http::body joined(std::string head, bool has_members,
                  const std::shared_ptr<const std::string>& tail) {
  if (!tail) return http::body(head + '}');
  if (has_members && tail->size() > 1) head += ',';
  return http::body(std::move(head), tail);
}

}  // namespace

encoded_request::encoded_request(std::string model, std::string members,
                                 std::vector<std::string> betas, std::int64_t max_tokens)
    : model_(std::move(model)), betas_(std::move(betas)), max_tokens_(max_tokens) {
  members += '}';
  tail_ = std::make_shared<const std::string>(std::move(members));
}

http::body encoded_request::body_for(std::string_view model) const {
  std::string head = "{\"model\":";
  detail::append_quoted(head, model, "the route's name of the model");
  return joined(std::move(head), true, tail_);
}

http::body encoded_request::body_without_model(std::string_view extra) const {
  return joined("{" + std::string(extra), !extra.empty(), tail_);
}

}  // namespace reroute
