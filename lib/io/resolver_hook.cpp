// The user's own look-up of addresses, behind the same seam as the system's.
#include "io/resolver_hook.hpp"

#include "detail/asio_compat.hpp"
#include "detail/user_function.hpp"

#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/post.hpp>

#include <exception>
#include <utility>

namespace reroute::detail {
namespace {

asio::awaitable<host_addresses> ask(address_lookup lookup, std::string host) {
  host_addresses found;
  found.addresses = co_await lookup(std::move(host));
  co_return found;
}

host_addresses failed(const std::exception_ptr& thrown) {
  host_addresses none;
  none.error = make_error_code(asio::error::host_not_found);
  none.thrown = thrown_text(thrown);
  try {
    std::rethrow_exception(thrown);
  } catch (const std::exception& failure) {
    if (const std::error_code code = code_of(failure)) none.error = code;
  } catch (...) {
    // host_not_found says as much as is known
  }
  return none;
}

}  // namespace

host_lookup custom_lookup(asio::any_io_executor executor, address_lookup lookup) {
  return [executor = std::move(executor), lookup = std::move(lookup)](
             const std::string& host, std::function<void(host_addresses)> answer) {
    // posted: an answer must never come from inside the question
    asio::post(executor, [executor, lookup, host, answer = std::move(answer)] {
      asio::co_spawn(executor, ask(lookup, host),
                     [answer](const std::exception_ptr& thrown, host_addresses found) {
                       answer(thrown ? failed(thrown) : std::move(found));
                     });
    });
  };
}

}  // namespace reroute::detail
