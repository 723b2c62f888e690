// JSON with a secret in it.
#include "route/identity/secret_json.hpp"

#include "http/decimal.hpp"
#include "http/text.hpp"

#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>
#include <openssl/crypto.h>

#include <cstddef>
#include <new>

namespace reroute::detail {

namespace json = boost::json;

// Boost.JSON names another alignment when it gives memory back, and never needs more than the default
void* wiping_resource::do_allocate(std::size_t size, std::size_t) {
  constexpr std::size_t alignment = alignof(std::max_align_t);
  return upstream_ ? upstream_->allocate(size, alignment) : ::operator new(size);
}

void wiping_resource::do_deallocate(void* memory, std::size_t size, std::size_t) {
  OPENSSL_cleanse(memory, size);
  if (upstream_) return upstream_->deallocate(memory, size, alignof(std::max_align_t));
  ::operator delete(memory);
}

std::optional<json::value> parse_secret_object(std::string_view text) {
  const json::storage_ptr wiped = json::make_shared_resource<wiping_resource>();
  json::parse_options limits;
  limits.max_depth = 32;
  json::parser reader(wiped, limits);  // what it stores meanwhile is wiped as well
  reader.reset(wiped);
  json::error_code bad;
  reader.write(json::string_view(text.data(), text.size()), bad);
  if (bad) return std::nullopt;
  json::value read = reader.release();
  if (!read.is_object()) return std::nullopt;
  return read;
}

std::string_view secret_at(const json::object& in, std::string_view name) {
  const json::value* const found = in.if_contains(json::string_view(name.data(), name.size()));
  const json::string* const text = found ? found->if_string() : nullptr;
  return text ? std::string_view(text->data(), text->size()) : std::string_view();
}

std::optional<std::int64_t> number_at(const json::object& in, std::string_view name) {
  const json::value* const found = in.if_contains(json::string_view(name.data(), name.size()));
  if (!found) return std::nullopt;
  if (const auto* const number = found->if_int64()) return *number;
  if (found->is_uint64()) return http::decimal_overflow;
  if (const auto* const number = found->if_double()) {
    if (*number >= 1e15) return http::decimal_overflow;
    return *number > -1e15 ? static_cast<std::int64_t>(*number) : -http::decimal_overflow;
  }
  std::string_view text = http::trimmed(secret_at(in, name));
  const bool below_zero = text.starts_with('-');
  if (below_zero) text.remove_prefix(1);
  const auto number = http::parse_integer(text.substr(0, text.find('.')));
  return number && below_zero ? std::optional(-*number) : number;
}

}  // namespace reroute::detail
