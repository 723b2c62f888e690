// Percent-encoding, for queries and for forms.
#include "route/identity/form.hpp"

namespace reroute::detail {
namespace {

bool stays(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

void append_encoded(std::string& out, std::string_view text) {
  constexpr char digits[] = "0123456789ABCDEF";
  for (const char c : text) {
    if (stays(c)) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
}

void append_form_field(std::string& out, std::string_view name, std::string_view value) {
  // at once, so that a string with a secret in it does not grow and leave copies behind
  out.reserve(out.size() + name.size() + 3 * value.size() + 2);
  if (!out.empty() && out.back() != '?') out += '&';
  append_encoded(out, name);
  out += '=';
  append_encoded(out, value);
}

}  // namespace reroute::detail
