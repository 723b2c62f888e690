// The caller's side of a stream: what was handed out, and how it ended.
#pragma once

#include <reroute/client/message_stream.hpp>

#include "client/open_stream.hpp"
#include "message/message_builder.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace reroute::detail {

/// Where the caller is: on no strand, one function at a time.
class stream_consumer {
 public:
  stream_consumer(asio::any_io_executor on, std::shared_ptr<open_stream> from)
      : executor(std::move(on)), at(std::move(from)) {}

  asio::any_io_executor executor;   // the client's
  std::shared_ptr<open_stream> at;  // null: of nothing
  message_builder builder;
  outcome story;
  std::string route, request_id;
  bool begun = false, ended = false;
  bool reading = false;     // from the call of a read until its handler is called
  std::uint64_t reads = 0;  // numbers them

  [[nodiscard]] message received() const { return signed_by_route(builder.salvage()); }
  [[nodiscard]] message signed_by_route(message so_far) const {
    so_far.set_route(route);
    so_far.set_request_id(request_id);
    return so_far;
  }
};

}  // namespace reroute::detail
