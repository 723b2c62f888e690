// The limits of a simulated route.
#include "testing/simulated_limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace reroute::testing {
namespace {

// a client that comes to the nanosecond must not fail on the last bit of a double
constexpr double last_bit = 1e-7;

}  // namespace

void simulated_bucket::advance(storm_time now) {
  const std::chrono::duration<double> passed = now - filled_;
  level_ = std::min(burst_, level_ + passed.count() * rate_);
  filled_ = now;
}

storm_time simulated_bucket::wait(double cost) const {
  if (!limits() || level_ >= cost - last_bit) return storm_time(0);
  const std::chrono::duration<double> wait((cost - level_) / rate_);
  return std::max<storm_time>(std::chrono::ceil<std::chrono::microseconds>(wait), storm_time(1));
}

void simulated_bucket::give_back(double cost) { level_ = std::min(burst_, level_ + cost); }

void simulated_bucket::resize(double rate, double burst) {
  rate_ = rate;
  burst_ = burst;
  level_ = std::min(level_, burst_);
}

void simulated_window::advance(storm_time now) {
  now_ = now;
  while (taken_ > 0 && now_ - begin_ >= length_) {
    // those who are owed come at the very moment at which the next one can begin
    begin_ += length_;
    taken_ = std::min(owed_, count_);
    owed_ -= taken_;
  }
}

storm_time simulated_window::wait() const {
  if (!limits() || taken_ < count_) return storm_time(0);
  return begin_ + length_ - now_;
}

void simulated_window::take() {
  if (taken_ == 0) begin_ = now_;
  ++taken_;
}

void simulated_window::take_or_owe() {
  if (!limits()) return;
  if (wait().count() == 0) return take();
  ++owed_;
}

storm_time simulated_window::until_full() const {
  return taken_ > 0 ? begin_ + length_ - now_ : storm_time(0);
}

simulated_limits::simulated_limits(const scenario& storm, const scenario_route& route)
    : requests(route.rate, route.burst),
      input(route.input_tokens, route.input_tokens_burst),
      output(route.output_tokens, route.output_tokens_burst),
      window(route.window_requests, route.window),
      start_(&route),
      input_cost_(static_cast<double>(storm.input_tokens)),
      reserved_cost_(static_cast<double>(storm.max_tokens)),
      output_cost_(static_cast<double>(storm.output_tokens)) {}

void simulated_limits::advance(storm_time now) {
  requests.advance(now);
  input.advance(now);
  output.advance(now);
  window.advance(now);
}

storm_time simulated_limits::wait() const {
  return std::max(
      {requests.wait(1), input.wait(input_cost_), output.wait(reserved_cost_), window.wait()});
}

void simulated_limits::take() {
  requests.take(1);
  input.take(input_cost_);
  output.take(reserved_cost_);
  window.take();
}

void simulated_limits::settle() { output.give_back(reserved_cost_ - output_cost_); }

void simulated_limits::take_for_neighbour() {
  requests.take(1);
  input.take(input_cost_);
  output.take(output_cost_);
  window.take_or_owe();
}

void simulated_limits::scale(double factor) {
  factor_ = factor;
  requests.resize(start_->rate * factor, std::max(1.0, start_->burst * factor));
  input.resize(start_->input_tokens * factor,
               std::max(input_cost_, start_->input_tokens_burst * factor));
  output.resize(start_->output_tokens * factor,
                std::max(reserved_cost_, start_->output_tokens_burst * factor));
  if (!window.limits()) return;
  const double count = std::floor(static_cast<double>(start_->window_requests) * factor);
  window.resize(static_cast<std::size_t>(std::max(1.0, count)));
}

double simulated_limits::calls_per_second() const {
  double least = std::numeric_limits<double>::infinity();
  if (start_->rate > 0) least = std::min(least, start_->rate);
  if (start_->input_tokens > 0 && input_cost_ > 0)
    least = std::min(least, start_->input_tokens / input_cost_);
  if (start_->output_tokens > 0 && output_cost_ > 0)
    least = std::min(least, start_->output_tokens / output_cost_);
  if (start_->window_requests > 0) {
    const std::chrono::duration<double> length = start_->window;
    least = std::min(least, static_cast<double>(start_->window_requests) / length.count());
  }
  return std::isfinite(least) ? least * factor_ : 0;
}

}  // namespace reroute::testing
