// What is always checked.
#include "tests/network/world.hpp"
#include "tests/support/catch.hpp"

#include <algorithm>
#include <sstream>

using namespace std::chrono_literals;

namespace reroute::network {
namespace {

// a machine may be busy; a call that hangs on TCP takes minutes
constexpr auto slack = 2s;

}  // namespace

void check_promises(const world& of) {
  const auto heard = of.fake.requests();
  std::size_t wrong = 0;
  for (const auto& each : of.calls) {
    const auto found = heard.find(user(each->number));
    const testing::request_log log = found == heard.end() ? testing::request_log() : found->second;
    const outcome& end = each->outcome;
    const auto told = static_cast<std::size_t>(std::max(end.possibly_billed(), 0));
    std::ostringstream why;
    if (each->completions != 1) why << each->completions << " completions; ";
    if (each->completions > 0 && end.answered() == bool(each->code))
      why << "code and outcome differ; ";
    if (end.took > each->deadline + slack || each->took > each->deadline + slack) why << "late; ";
    if (end.answered() && each->text != text_for(user(each->number))) why << "another's answer; ";
    if (!end.answered() &&
        text_for(user(each->number)).compare(0, each->text.size(), each->text) != 0)
      why << "another's content; ";
    if (log.admitted > told + end.answered()) why << "billed more often than told; ";
    if (log.asked_after_answer > told) why << "asked after an answer more often than told; ";
    if (!of.set.retry_lost_answers && (log.admitted > 1 || log.asked_after_answer > 0))
      why << "asked again; ";
    if (why.str().empty()) continue;
    if (++wrong > 5) continue;
    UNSCOPED_INFO("call " << each->number << (each->streamed ? " (stream): " : ": ") << why.str()
                          << each->took.count() << " ms; admitted " << log.admitted
                          << ", asked after an answer " << log.asked_after_answer << "; " << end);
  }
  CHECK(wrong == 0);
}

void fresh_calls(world& in, std::size_t count) {
  in.next_act();
  for (std::size_t i = 0; i < count; ++i)
    in.create(call_options().deadline(10s));
  CHECK(in.finish());
  check_promises(in);
}

}  // namespace reroute::network
