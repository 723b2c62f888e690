// The shared bytes of a request, and the heads that each route puts in front.
#include <reroute/message/encoded_request.hpp>

#include "message/json.hpp"

namespace reroute {

encoded_request::encoded_request(std::string model, std::string members,
                                 std::vector<std::string> betas)
    : model_(std::move(model)), betas_(std::move(betas)) {
  members += '}';
  tail_ = std::make_shared<const std::string>(std::move(members));
}

http::body encoded_request::body_for(std::string_view model) const {
  std::string head = "{\"model\":";
  detail::append_quoted(head, model);
  if (tail_ && tail_->size() > 1) head += ',';
  if (!tail_) return http::body(head + '}');
  return http::body(std::move(head), tail_);
}

http::body encoded_request::body_without_model(std::string_view extra) const {
  std::string head = "{" + std::string(extra);
  if (!extra.empty() && tail_ && tail_->size() > 1) head += ',';
  if (!tail_) return http::body(head + '}');
  return http::body(std::move(head), tail_);
}

}  // namespace reroute
