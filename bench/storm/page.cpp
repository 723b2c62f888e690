// Data into the page's template.
#include "bench/storm/page.hpp"

#include "bench/storm/table.hpp"

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace storm {
namespace {

namespace json = boost::json;
constexpr double width = std::chrono::duration<double>(slot).count();

std::string text_of(const std::filesystem::path& file, const std::string& cure) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error(file.string() + " cannot be read: " + cure);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// how many of these had happened by the end of each slot
std::vector<std::size_t> cumulated(std::vector<double> times, std::size_t slots) {
  std::sort(times.begin(), times.end());
  std::vector<std::size_t> made;
  std::size_t count = 0;
  for (std::size_t at = 1; at <= slots; ++at) {
    while (count < times.size() && times[count] <= static_cast<double>(at) * width)
      ++count;
    made.push_back(count);
  }
  return made;
}

json::array numbers(const std::vector<std::size_t>& of, std::size_t at_most) {
  const auto count = static_cast<std::ptrdiff_t>(std::min(of.size(), at_most));
  return json::array(of.begin(), of.begin() + count);
}

std::vector<double> answers_of(const client_report& report) {
  std::vector<double> made;
  for (const auto& when : report.answered)
    if (when) made.push_back(*when);
  return made;
}

json::object data_of(const page_part::client& from, const page_part& part, std::size_t slots) {
  json::object made;
  made["client"] = from.figures.client;
  made["seeds"] = from.seeds;
  made["row"] = to_json({from.figures}).front();
  made["answers"] = numbers(cumulated(answers_of(from.plotted.client), slots), slots);
  std::vector<std::size_t> open = cumulated(from.plotted.client.arrived, slots);
  const std::vector<std::size_t> ended = cumulated(from.plotted.client.ended, slots);
  for (std::size_t at = 0; at < slots; ++at)
    open[at] -= std::min(open[at], ended[at]);
  made["open"] = numbers(open, slots);
  json::array routes;
  for (std::size_t at = 0; at < from.plotted.server.routes.size(); ++at) {
    const route_report& seen = from.plotted.server.routes[at];
    json::object route;
    route["name"] = part.what.routes[at].name;
    route["admitted"] = numbers(seen.admitted_at, slots);
    route["refused"] = numbers(seen.refused_at, slots);
    routes.push_back(std::move(route));
  }
  made["routes"] = std::move(routes);
  return made;
}

json::object data_of(const page_part& part) {
  const double drain = std::chrono::duration<double>(part.ideal.drain).count();
  double last = drain;
  std::vector<double> best;
  for (const auto& each : part.ideal.calls)
    if (each.answered) best.push_back(std::chrono::duration<double>(each.finished).count());
  for (const auto& each : part.clients)
    for (const double when : each.plotted.client.ended)
      last = std::max(last, when);
  // what comes later is a long tail of few calls
  const double until = std::min(last + 1, 2 * drain + 5);
  const auto slots = static_cast<std::size_t>(std::ceil(until / width));
  json::object made;
  made["scenario"] = part.what.name;
  made["about"] = part.what.about;
  made["calls"] = part.what.calls;
  made["plan"] = part.what.plan;
  made["drain_s"] = drain;
  made["ended_s"] = last;
  made["slots"] = slots;
  made["ideal"] = numbers(cumulated(best, slots), slots);
  json::array clients;
  for (const auto& each : part.clients)
    clients.push_back(data_of(each, part, slots));
  made["clients"] = std::move(clients);
  return made;
}

void put(std::string& page, const std::string& mark, const std::string& text) {
  const std::size_t at = page.find(mark);
  if (at == std::string::npos) throw std::runtime_error("page.html has no " + mark);
  page.replace(at, mark.size(), text);
}

}  // namespace

void write_page(const std::filesystem::path& to, const std::vector<page_part>& parts,
                const std::filesystem::path& chart_js) {
  std::string page = text_of(REROUTE_STORM_PAGE, "it belongs to the sources");
  const std::string chart =
      text_of(chart_js, "install libjs-chart.js, or name the file with --chart-js");
  json::array data;
  for (const page_part& each : parts)
    data.push_back(data_of(each));
  std::string text = json::serialize(data);
  // no text of a scenario may end the script
  for (std::size_t at = 0; (at = text.find("</", at)) != std::string::npos; at += 3)
    text.replace(at, 2, "<\\/");
  put(page, "/*DATA*/", text);
  put(page, "/*CHART_JS*/", chart);
  std::ofstream out(to, std::ios::binary);
  out << page;
  if (!out.flush()) throw std::runtime_error(to.string() + " cannot be written");
}

}  // namespace storm
