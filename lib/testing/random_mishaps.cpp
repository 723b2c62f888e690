// Random scenarios: how routes refuse, and what happens to them.
#include "testing/random_parts.hpp"

namespace reroute::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void draw_hint(scenario& storm, scenario_route& route, dice& random) {
  constexpr refusal_form all[] = {refusal_form::seconds,   refusal_form::seconds,
                                  refusal_form::http_date, refusal_form::milliseconds,
                                  refusal_form::text_only, refusal_form::none};
  constexpr const char* names[] = {"seconds", "date", "milliseconds", "words", "none"};
  route.forms.assign(1, random.one_of(all));
  tag(storm, std::string("hint: ") + names[static_cast<std::size_t>(route.forms[0])]);
  if (route.forms[0] == refusal_form::none) return;
  switch (random.below(12)) {
    case 0:
      route.hint_always = seconds(1);
      return tag(storm, "hint: always 1 s");
    case 1:
      route.hint_scale = 0.5;
      return tag(storm, "hint: too short");
    case 2:
      route.hint_plus = random.time(0.5, 3);
      return tag(storm, "hint: too long");
    default:
      return;
  }
}

void draw_sentence(scenario& storm, scenario_route& route, dice& random) {
  const double roll = random.unit();
  if (roll < 0.4) return tag(storm, "sentence: absent");
  route.sentence = 1;
  if (roll < 0.85) return tag(storm, "sentence: true");
  tag(storm, "sentence: wrong");
  constexpr double wrong[] = {0.5, 2, 4};
  if (random.chance(0.3)) {
    route.sentence_per = seconds(60);
  } else {
    route.sentence = random.one_of(wrong);
  }
}

void draw_headers(scenario& storm, scenario_route& route, dice& random) {
  if (!random.chance(0.4)) return tag(storm, "headers: none");
  route.limit_headers = true;
  switch (random.below(8)) {
    case 0:
      route.headers_per = seconds(60);
      return tag(storm, "headers: a minute's");
    case 1:
      route.headers_scale = random.between(1.2, 3);
      return tag(storm, "headers: too large");
    case 2:
      route.headers_rounded = true;
      return tag(storm, "headers: rounded");
    case 3:
    case 4:
      route.headers_at_admission = true;
      return tag(storm, "headers: old");
    default:
      return tag(storm, "headers: right");
  }
}

void draw_neighbour(scenario& storm, scenario_route& route, dice& random) {
  scenario_event& event = route.events.emplace_back();
  event.what = scenario_event::kind::neighbour;
  event.at = random.time(0, 20);
  event.factor = random.between(0.1, 0.6);
  const bool constant = random.chance(0.5);
  if (!constant) {
    event.time = random.time(2, 10);
    event.every = event.time + random.time(2, 15);
  }
  tag(storm, constant ? "neighbour: constant" : "neighbour: on and off");
}

void draw_change(scenario& storm, scenario_route& route, dice& random) {
  scenario_event& event = route.events.emplace_back();
  event.what = scenario_event::kind::quota;
  event.at = random.time(5, 30);
  const std::size_t way = random.below(3);
  event.factor = way == 0 ? random.between(1.5, 4) : random.between(0.3, 0.7);
  if (way == 2) event.time = random.time(3, 20);
  constexpr const char* names[] = {"quota: raised", "quota: cut", "quota: cut for a while"};
  tag(storm, names[way]);
}

void draw_episode(scenario& storm, scenario_route& route, dice& random) {
  using kind = scenario_event::kind;
  scenario_event& event = route.events.emplace_back();
  event.what = kind::fault;
  event.at = random.time(2, 30);
  event.time = random.time(1, 8);
  constexpr int statuses[] = {429, 529, 503};
  event.status = random.one_of(statuses);
  switch (random.below(5)) {
    case 0:
      event.bare = true;
      if (random.chance(0.5)) event.hint = random.time(0.5, 5);
      return tag(storm, "episode: for everybody");
    case 1:
      event.share = random.between(0.1, 0.4);
      event.time *= 3;
      return tag(storm, "episode: a share");
    case 2:
      event.status = 500;
      return tag(storm, "episode: 500");
    case 3:
      // who waits for long answers cannot tell it from silence
      if (route.latency > seconds(4)) break;
      event.what = kind::silence;
      return tag(storm, "episode: silence");
    default:
      break;
  }
  event.what = kind::reset;
  tag(storm, "episode: resets");
}

}  // namespace

void draw_voice(scenario& storm, scenario_route& route, dice& random) {
  if (route.face == face::anthropic && random.chance(0.4)) route.face = face::azure;
  draw_hint(storm, route, random);
  draw_sentence(storm, route, random);
  draw_headers(storm, route, random);
  route.stated = random.chance(0.1);
  if (route.stated) tag(storm, "told: stated");
  if (random.chance(0.1)) route.skew = random.time(-600, 600);
}

void draw_mishaps(scenario& storm, scenario_route& route, dice& random) {
  const double start = random.unit();
  if (start < 0.2) {
    route.used = 1;
    route.used_since = random.time(0, 20);
    tag(storm, "start: used up");
  } else if (start < 0.3) {
    scenario_event& closed = route.events.emplace_back();
    closed.what = scenario_event::kind::fault;
    closed.status = 429;
    closed.time = random.time(2, 12);
    closed.hint = seconds(1 + random.below(5));
    tag(storm, "start: refused");
  }
  if (random.chance(0.2)) draw_neighbour(storm, route, random);
  if (random.chance(0.2)) draw_change(storm, route, random);
  if (random.chance(0.25)) draw_episode(storm, route, random);
}

}  // namespace reroute::testing
