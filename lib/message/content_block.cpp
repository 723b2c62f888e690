// Content blocks over JSON.
#include <reroute/message/content_block.hpp>

#include "message/json.hpp"
#include "message/quote.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <string>

namespace reroute {

namespace json = boost::json;

namespace {

json::object typed(std::string_view type) {
  json::object block;
  block["type"] = json::string(type.data(), type.size());
  return block;
}

std::shared_ptr<const json::value> share(json::object block) {
  return std::make_shared<const json::value>(std::move(block));
}

json::string filled(std::string_view text, const std::string& what) {
  if (text.empty()) detail::refuse(what + " must not be empty");
  return detail::checked_string(text, what);
}

json::object base64_source(const std::string& of, std::string_view media_type,
                           std::string_view base64) {
  constexpr auto in_alphabet = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
  };
  const auto bad = std::find_if_not(base64.begin(), base64.end(), in_alphabet);
  if (bad != base64.end())
    detail::refuse("the data of " + of + " is not base64 at byte " +
                   std::to_string(bad - base64.begin()) +
                   "; encode the file in base64, without line breaks");
  json::object source = typed("base64");
  source["media_type"] = filled(media_type, "the media type of " + of);
  source["data"] = filled(base64, "the data of " + of);
  return source;
}

json::object url_source(const std::string& of, std::string_view url) {
  json::object source = typed("url");
  source["url"] = filled(url, "the URL of " + of);
  return source;
}

json::object with_source(std::string_view type, json::object source) {
  json::object block = typed(type);
  block["source"] = std::move(source);
  return block;
}

json::object result_of(std::string_view tool_use_id, json::value content, bool is_error) {
  json::object block = typed("tool_result");
  block["tool_use_id"] = filled(tool_use_id, "the tool_use_id of a tool_result");
  block["content"] = std::move(content);
  if (is_error) block["is_error"] = true;
  return block;
}

const json::value null_value;

}  // namespace

content_block content_block::text(std::string_view text) {
  json::object block = typed("text");
  block["text"] = filled(text, "the text of a block");
  return content_block(share(std::move(block)));
}

content_block content_block::image(std::string_view media_type, std::string_view base64) {
  return content_block(share(with_source("image", base64_source("an image", media_type, base64))));
}

content_block content_block::image_url(std::string_view url) {
  return content_block(share(with_source("image", url_source("an image", url))));
}

content_block content_block::document(std::string_view media_type, std::string_view base64) {
  return content_block(
      share(with_source("document", base64_source("a document", media_type, base64))));
}

content_block content_block::document_url(std::string_view url) {
  return content_block(share(with_source("document", url_source("a document", url))));
}

content_block content_block::tool_use(std::string_view id, std::string_view name,
                                      const json::value& input) {
  if (!input.is_object()) detail::refuse("the input of a tool_use must be a JSON object");
  static_cast<void>(detail::checked_json(input, "the input of a tool_use"));
  json::object block = typed("tool_use");
  block["id"] = filled(id, "the id of a tool_use");
  block["name"] = filled(name, "the name of a tool_use");
  block["input"] = input;
  return content_block(share(std::move(block)));
}

content_block content_block::tool_result(std::string_view tool_use_id, std::string_view text,
                                         bool is_error) {
  return content_block(share(result_of(
      tool_use_id, detail::checked_string(text, "the content of a tool_result"), is_error)));
}

content_block content_block::tool_result(std::string_view tool_use_id,
                                         const std::vector<content_block>& content, bool is_error) {
  json::array blocks;
  for (const content_block& each : content)
    blocks.push_back(each.json());
  return content_block(share(result_of(tool_use_id, std::move(blocks), is_error)));
}

content_block content_block::raw(const json::value& block) {
  const json::object* const object = block.if_object();
  if (!object || detail::text_at(*object, "type").empty())
    detail::refuse("a raw block must be a JSON object with a \"type\"");
  static_cast<void>(detail::checked_json(block, "a raw block"));
  return content_block(std::make_shared<const json::value>(block, json::storage_ptr()));
}

content_block content_block::cache(std::string_view ttl) const {
  if (!json().is_object()) detail::refuse("a block that was moved from cannot be cached");
  json::object control = typed("ephemeral");
  if (!ttl.empty()) control["ttl"] = detail::checked_string(ttl, "the ttl of cache");
  json::object marked(json().get_object(), json::storage_ptr());
  marked["cache_control"] = std::move(control);
  return content_block(share(std::move(marked)));
}

const json::value& content_block::json() const noexcept { return json_ ? *json_ : null_value; }

namespace {

std::string_view text_in(const json::value& block, std::string_view name) noexcept {
  const json::object* const object = block.if_object();
  return object ? detail::text_at(*object, name) : std::string_view();
}

}  // namespace

std::string_view content_block::type() const noexcept { return text_in(json(), "type"); }

std::string_view content_block::text() const noexcept { return text_in(json(), "text"); }

std::string_view content_block::thinking() const noexcept { return text_in(json(), "thinking"); }

std::string_view content_block::signature() const noexcept { return text_in(json(), "signature"); }

std::string_view content_block::id() const noexcept { return text_in(json(), "id"); }

std::string_view content_block::name() const noexcept { return text_in(json(), "name"); }

std::string_view content_block::unparsed_input() const noexcept { return detail::text_of(input()); }

const json::value& content_block::input() const noexcept {
  const json::object* const object = json().if_object();
  const json::value* const found = object ? detail::find(*object, "input") : nullptr;
  return found ? *found : null_value;
}

}  // namespace reroute
