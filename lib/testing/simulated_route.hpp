// A transport behind which a simulated route stands.
#pragma once

#include <reroute/io/transport.hpp>

#include "testing/scripted_wait.hpp"
#include "testing/simulated_answers.hpp"
#include "testing/simulated_server.hpp"
#include "testing/simulated_storm.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace reroute::testing {

/// The request of call `number`; its id tells the route which call it is.
[[nodiscard]] std::string simulated_call_id(std::size_t number);
/// The number of the call that a request belongs to; throws `std::invalid_argument` without one.
[[nodiscard]] std::size_t simulated_call_of(const http::request& request);

class simulated_route final : public transport,
                              public std::enable_shared_from_this<simulated_route> {
 public:
  simulated_route(std::shared_ptr<simulated_storm> storm, std::size_t index);

  asio::awaitable<exchange_result> exchange(http::request request) override;
  void shutdown() override;
  /// Whether it would let a typical call through at a time that never goes back.
  [[nodiscard]] bool open(storm_time now);

 private:
  class body;
  class under_way;
  // what becomes of a request
  struct verdict {
    enum class kind : std::uint8_t { answer, refusal, silence, reset };
    kind what = kind::answer;
    storm_time at{0};                    // when it is sent back
    std::optional<http::response> said;  // if it was made when the request came
    storm_time until{0}, asked{0};       // the route is closed until then, for so long, as it says
  };
  [[nodiscard]] verdict judge(std::size_t call, const request_draws& draws);
  [[nodiscard]] verdict refuse(int status, announced said, storm_time after);
  [[nodiscard]] verdict suffer(const scenario_event& bad, const request_draws& draws);
  [[nodiscard]] http::response answer_to(std::size_t call);
  [[nodiscard]] simulated_voice voice() const;
  asio::awaitable<bool> sleep(std::optional<storm_time> until,
                              const asio::any_io_executor& executor);
  asio::awaitable<bool> travel(storm_time way, const asio::any_io_executor& executor);
  asio::awaitable<bool> ready(const verdict& what, const asio::any_io_executor& executor);

  std::shared_ptr<simulated_storm> storm_;
  std::size_t index_;
  std::vector<scenario_mix> mixes_;
  simulated_server server_;
  std::size_t requests_ = 0, refusals_ = 0;
  std::set<scripted_wait*> waits_;
  bool shut_ = false;
};

}  // namespace reroute::testing
