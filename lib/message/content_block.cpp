// Content blocks over JSON.
#include <reroute/message/content_block.hpp>

#include "message/json.hpp"

#include <boost/json/array.hpp>

#include <stdexcept>

namespace reroute {

namespace json = boost::json;

namespace {

json::object block_of(std::string_view type) {
  json::object block;
  block["type"] = json::string(type.data(), type.size());
  return block;
}

std::shared_ptr<const json::value> share(json::object block) {
  return std::make_shared<const json::value>(std::move(block));
}

json::object base64_source(std::string_view media_type, std::string_view data) {
  json::object source = block_of("base64");
  source["media_type"] = detail::checked(media_type, "media_type");
  source["data"] = detail::checked(data, "base64 data");
  return source;
}

json::object result_of(std::string_view tool_use_id, bool is_error) {
  json::object block = block_of("tool_result");
  block["tool_use_id"] = detail::checked(tool_use_id, "tool_result.tool_use_id");
  if (is_error) block["is_error"] = true;
  return block;
}

std::string_view text_in(const json::value& block, std::string_view name) noexcept {
  return detail::text_at(block.get_object(), name);
}

}  // namespace

content_block content_block::text(std::string_view text) {
  json::object block = block_of("text");
  block["text"] = detail::checked(text, "text");
  return content_block(share(std::move(block)));
}

content_block content_block::image(std::string_view media_type, std::string_view data) {
  json::object block = block_of("image");
  block["source"] = base64_source(media_type, data);
  return content_block(share(std::move(block)));
}

content_block content_block::image_url(std::string_view url) {
  json::object source = block_of("url");
  source["url"] = detail::checked(url, "image url");
  json::object block = block_of("image");
  block["source"] = std::move(source);
  return content_block(share(std::move(block)));
}

content_block content_block::document(std::string_view media_type, std::string_view data) {
  json::object block = block_of("document");
  block["source"] = base64_source(media_type, data);
  return content_block(share(std::move(block)));
}

content_block content_block::tool_use(std::string_view id, std::string_view name,
                                      const json::value& input) {
  json::object block = block_of("tool_use");
  block["id"] = detail::checked(id, "tool_use.id");
  block["name"] = detail::checked(name, "tool_use.name");
  block["input"] = input;
  return content_block(share(std::move(block)));
}

content_block content_block::tool_result(std::string_view tool_use_id, std::string_view text,
                                         bool is_error) {
  json::object block = result_of(tool_use_id, is_error);
  block["content"] = detail::checked(text, "tool_result.content");
  return content_block(share(std::move(block)));
}

content_block content_block::tool_result(std::string_view tool_use_id,
                                         const std::vector<content_block>& content, bool is_error) {
  json::object block = result_of(tool_use_id, is_error);
  json::array blocks;
  for (const content_block& each : content)
    blocks.push_back(each.json());
  block["content"] = std::move(blocks);
  return content_block(share(std::move(block)));
}

content_block content_block::raw(const json::value& block) {
  const json::object* const object = block.if_object();
  if (!object || detail::text_at(*object, "type").empty())
    throw std::invalid_argument("content_block: a raw block must be a JSON object with a \"type\"");
  return content_block(std::make_shared<const json::value>(block));
}

content_block content_block::view(std::shared_ptr<const json::value> block) {
  if (!block || !block->is_object())
    throw std::invalid_argument("content_block: a block must be a JSON object");
  return content_block(std::move(block));
}

content_block content_block::cache() const {
  json::object marked = json_->get_object();
  marked["cache_control"] = block_of("ephemeral");
  return content_block(share(std::move(marked)));
}

std::string_view content_block::type() const noexcept { return text_in(*json_, "type"); }

std::string_view content_block::text() const noexcept {
  return text_in(*json_, type() == "thinking" ? "thinking" : "text");
}

std::string_view content_block::id() const noexcept { return text_in(*json_, "id"); }

std::string_view content_block::name() const noexcept { return text_in(*json_, "name"); }

std::string_view content_block::signature() const noexcept { return text_in(*json_, "signature"); }

const json::value& content_block::input() const noexcept {
  static const json::value none;
  const json::value* const found = detail::find(json_->get_object(), "input");
  return found ? *found : none;
}

}  // namespace reroute
