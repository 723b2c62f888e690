// What a connect that failed came to, in words for people.
#include "io/connect_report.hpp"

#include <asio/error.hpp>

#include <algorithm>
#include <cstddef>

namespace reroute::detail {
namespace {

constexpr std::size_t most_told = 4;

std::string what_became(const connect_try& each, std::string_view host) {
  std::string address = each.address.to_string();
  if (address == host) address.clear();
  if (!address.empty()) address += ": ";
  return address + (each.over ? each.error.message() : "no answer");
}

std::string_view cure(const connect_try& first) {
  if (!first.over) return "; check host and port, and firewalls on the way";
  if (first.error == make_error_code(asio::error::connection_refused))
    return "; nothing listens there: check host and port";
  if (first.error == make_error_code(asio::error::network_unreachable) ||
      first.error == make_error_code(asio::error::host_unreachable))
    return "; check this machine's network";
  return "; check host and port";
}

}  // namespace

std::string describe_tries(const std::vector<connect_try>& tries, std::string_view host) {
  if (tries.empty()) return "no answer";
  std::string text;
  for (std::size_t i = 0; i < std::min(tries.size(), most_told); ++i) {
    if (i > 0) text += ", ";
    text += what_became(tries[i], host);
  }
  if (tries.size() > most_told)
    text += ", and " + std::to_string(tries.size() - most_told) + " more";
  return text.append(cure(tries.front()));
}

std::string describe_look_up(const host_addresses& found) {
  if (!found.thrown.empty()) return "https_options::resolver threw: " + found.thrown;
  const std::error_code& error = found.error;
  const bool server = error == make_error_code(asio::error::host_not_found_try_again);
  return "the name has no address: " + error.message() +
         (server ? "; check this machine's name server (DNS)" : "; check the host name");
}

std::string time_text(std::chrono::milliseconds time) {
  const auto count = time.count();
  return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

}  // namespace reroute::detail
