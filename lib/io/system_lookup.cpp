// getaddrinfo: the system's resolver, which takes as long as it takes.
#include "io/system_lookup.hpp"

#include <asio/error.hpp>

#include <cerrno>
#include <cstring>
#include <memory>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace reroute::detail {
namespace {

std::error_code error_of(int result) {
  switch (result) {
    case EAI_AGAIN:
      return make_error_code(asio::error::host_not_found_try_again);
    case EAI_NONAME:
      return make_error_code(asio::error::host_not_found);
#if defined(EAI_NODATA)
    case EAI_NODATA:
      return make_error_code(asio::error::no_data);
#endif
    case EAI_MEMORY:
      return make_error_code(asio::error::no_memory);
    case EAI_SYSTEM:
      return {errno, std::system_category()};
    default:
      return make_error_code(asio::error::no_recovery);
  }
}

asio::ip::address address_of(const sockaddr_in& from) {
  return asio::ip::address_v4(ntohl(from.sin_addr.s_addr));
}

asio::ip::address address_of(const sockaddr_in6& from) {
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &from.sin6_addr, bytes.size());
  return asio::ip::address_v6(bytes, from.sin6_scope_id);
}

}  // namespace

host_addresses system_lookup(const std::string& host) {
  host_addresses found;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  const int result = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
  if (result != 0) {
    found.error = error_of(result);
    return found;
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(list, &::freeaddrinfo);
  for (const addrinfo* each = list; each; each = each->ai_next) {
    if (each->ai_family == AF_INET) {
      found.addresses.push_back(address_of(*reinterpret_cast<const sockaddr_in*>(each->ai_addr)));
    } else if (each->ai_family == AF_INET6) {
      found.addresses.push_back(address_of(*reinterpret_cast<const sockaddr_in6*>(each->ai_addr)));
    }
  }
  return found;
}

}  // namespace reroute::detail
