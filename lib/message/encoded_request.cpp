// The shared bytes of a request, and the heads that each route puts in front.
#include <reroute/message/encoded_request.hpp>

#include "detail/recycling.hpp"
#include "message/gzip_body.hpp"
#include "message/quote.hpp"

#include <mutex>
#include <utility>

namespace reroute {

namespace {

http::body joined(std::string head, bool has_members,
                  const std::shared_ptr<const std::string>& tail) {
  if (!tail) return http::body(head + '}');
  if (has_members && tail->size() > 1) head += ',';
  return http::body(std::move(head), tail);
}

std::shared_ptr<const std::string> closed(std::string members) {
  members += '}';
  if (members.capacity() - members.size() > members.size() / 8) members.shrink_to_fit();
  return std::make_shared<const std::string>(std::move(members));
}

}  // namespace

struct encoded_request::content {
  std::string model;
  std::shared_ptr<const std::string> tail;  // the members and the closing brace
  std::vector<std::string> betas;
  std::int64_t max_tokens = 0;
  // the tail in gzip, made when it is first asked for, on whatever thread
  mutable std::once_flag packed_once;
  mutable detail::gzip_tail packed;
};

encoded_request::encoded_request(std::string model, std::string members,
                                 std::vector<std::string> betas, std::int64_t max_tokens)
    : encoded_request(closed(std::move(members)), std::move(model), std::move(betas), max_tokens) {}

encoded_request::encoded_request(std::shared_ptr<const std::string> tail, std::string model,
                                 std::vector<std::string> betas, std::int64_t max_tokens) {
  auto made = detail::make_recycled<content>();
  made->model = std::move(model);
  made->tail = std::move(tail);
  made->betas = std::move(betas);
  made->max_tokens = max_tokens;
  content_ = std::move(made);
}

const std::string& encoded_request::model() const noexcept {
  static const std::string none;
  return content_ ? content_->model : none;
}

const std::vector<std::string>& encoded_request::betas() const noexcept {
  static const std::vector<std::string> none;
  return content_ ? content_->betas : none;
}

std::int64_t encoded_request::max_tokens() const noexcept {
  return content_ ? content_->max_tokens : 0;
}

std::size_t encoded_request::size() const noexcept {
  return content_ ? content_->tail->size() + content_->model.size() : 0;
}

http::body encoded_request::body_for(std::string_view model) const {
  std::string head = "{\"model\":";
  detail::append_quoted(head, model, "the route's name of the model");
  return joined(std::move(head), true, tail());
}

http::body encoded_request::body_without_model(std::string_view extra) const {
  return joined("{" + std::string(extra), !extra.empty(), tail());
}

http::body encoded_request::gzip_body_for(std::string_view model) const {
  return packed(body_for(model));
}

http::body encoded_request::gzip_body_without_model(std::string_view extra) const {
  return packed(body_without_model(extra));
}

http::body encoded_request::packed(const http::body& plain) const {
  if (!content_) return detail::gzip_body(plain.head(), nullptr);
  const content& of = *content_;
  std::call_once(of.packed_once, [&of] { of.packed = detail::gzip_tail(*of.tail); });
  return detail::gzip_body(plain.head(), {content_, &of.packed});
}

std::shared_ptr<const std::string> encoded_request::tail() const {
  return content_ ? content_->tail : nullptr;
}

}  // namespace reroute
