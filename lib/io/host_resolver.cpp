// Addresses of hosts: cached for a minute, asked for once at a time, served stale rather than not
// at all.
#include "io/host_resolver.hpp"

#include <reroute/detail/loop_error_code.hpp>

#include <asio/this_coro.hpp>

#include <utility>

namespace reroute::detail {
namespace {

std::vector<asio::ip::address> known_addresses(const std::string& host) {
  std::vector<asio::ip::address> known;
  loop_error_code no_literal;
  const auto literal = asio::ip::make_address(host, no_literal);
  if (!no_literal) {
    known.push_back(literal);
  } else if (host == "localhost") {
    // RFC 6761: never a question to a name server
    known.emplace_back(asio::ip::address_v4::loopback());
    known.emplace_back(asio::ip::address_v6::loopback());
  }
  return known;
}

// takes the waiter out again, however the wait ends
class place {
 public:
  place(std::vector<bell*>& among, bell& self) : among_(among), self_(self) {
    among_.push_back(&self_);
  }
  place(const place&) = delete;
  place& operator=(const place&) = delete;
  ~place() { std::erase(among_, &self_); }

 private:
  std::vector<bell*>& among_;
  bell& self_;
};

}  // namespace

host_resolver::host_resolver(deadlines& time, host_lookup lookup)
    : time_(time), lookup_(std::move(lookup)) {}

asio::awaitable<host_addresses> host_resolver::resolve(std::string host, bell& wake,
                                                       const bool& stopped) {
  host_addresses result;
  result.addresses = known_addresses(host);
  if (!result.addresses.empty()) co_return result;

  auto& slot = entries_[host];
  if (!slot) slot = std::make_shared<entry>();
  const auto about = slot;
  if (about->addresses.empty() || time_.now() >= about->expires) {
    if (!about->asking) ask(host, about);
    const place waiting(about->waiters, wake);
    while (about->asking && !stopped) {
      if (is_cancelled(co_await asio::this_coro::cancellation_state)) break;
      co_await wake.wait();
    }
  }
  result.addresses = about->addresses;
  if (result.addresses.empty()) {
    result.error = about->error;
    result.thrown = about->thrown;
  }
  co_return result;
}

void host_resolver::ask(const std::string& host, const std::shared_ptr<entry>& about) {
  about->asking = true;
  // the answer may come after the transport has gone: it owns all that it touches
  lookup_(host, [about, asked = time_.now()](host_addresses found) {
    about->asking = false;
    about->error = found.error;
    about->thrown = std::move(found.thrown);
    if (!found.error && found.addresses.empty()) {
      about->error = std::make_error_code(std::errc::address_not_available);
    }
    if (!about->error) about->addresses = std::move(found.addresses);
    // what is stale is served while the name server is down, and not asked for by every connection
    about->expires = asked + (about->error ? keep_stale : keep);
    for (bell* waiter : about->waiters)
      waiter->ring();
  });
}

}  // namespace reroute::detail
