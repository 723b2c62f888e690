// The body of a scripted answer: in pieces, late, cut off or stalled, as its line says.
#pragma once

#include "testing/script_state.hpp"

namespace reroute::testing {

class scripted_body final : public response_body {
 public:
  scripted_body(std::shared_ptr<script::state> in, std::size_t place, line said,
                const asio::any_io_executor& executor);
  scripted_body(const scripted_body&) = delete;
  scripted_body& operator=(const scripted_body&) = delete;
  ~scripted_body() override;

  asio::awaitable<body_piece> read() override;

 private:
  [[nodiscard]] body_piece broken(std::error_code code, std::string detail);
  [[nodiscard]] body_piece cancelled();

  std::shared_ptr<script::state> state_;
  std::size_t place_;
  line line_;
  listed_wait wait_;
  std::size_t at_ = 0;
  bool finished_ = false;
};

}  // namespace reroute::testing
