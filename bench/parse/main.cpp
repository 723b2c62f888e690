// What reading a streamed answer costs, beside the floor: one memchr over the same bytes.
// `bench_parse [--json FILE]`
#include <reroute/http/event_stream.hpp>
#include <reroute/message/stream_event.hpp>
#include <reroute/testing/streamed_answer.hpp>

#include "bench/machines/stopwatch.hpp"
#include "bench/support/median.hpp"
#include "message/event_order.hpp"
#include "message/message_builder.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <new>
#include <string>
#include <string_view>
#include <vector>

namespace {

long allocations = 0;

}  // namespace

// only counted
void* operator new(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace {

using reroute::http::event_stream_parser;
using reroute::http::server_event;

constexpr std::size_t events = 20'000, runs = 15;

// deltas of a few letters, as a model writes them
std::string stream_of_text() {
  std::string text;
  for (std::size_t i = 0; i < events; ++i)
    text += "word" + std::string(i % 9, 'x') + ' ';
  return reroute::testing::streamed_answer().start().text(text, text.size() / events).stop().str();
}

// in the pieces in which TLS records come
template <class Take>
void in_pieces(std::string_view bytes, std::size_t size, Take&& take) {
  for (; !bytes.empty(); bytes.remove_prefix(std::min(size, bytes.size())))
    take(bytes.substr(0, size));
}

std::size_t lines(std::string_view bytes) {
  std::size_t count = 0;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  while (const void* const found = std::memchr(at, '\n', static_cast<std::size_t>(end - at))) {
    ++count;
    at = static_cast<const char*>(found) + 1;
    if (at == end) break;
  }
  return count;
}

std::size_t split(std::string_view bytes, std::size_t size) {
  event_stream_parser parser;
  std::size_t count = 0;
  in_pieces(bytes, size, [&](std::string_view piece) {
    parser.feed(piece);
    for (server_event each; parser.next(each);)
      ++count;
  });
  return count;
}

std::size_t typed(std::string_view bytes, std::size_t size,
                  reroute::detail::message_builder* into = nullptr) {
  event_stream_parser parser;
  reroute::detail::event_order order;
  std::size_t count = 0;
  in_pieces(bytes, size, [&](std::string_view piece) {
    parser.feed(piece);
    for (server_event each; parser.next(each);) {
      const auto event = reroute::stream_event::parse(each.name, each.data);
      if (!event || !order.add(*event).empty()) std::abort();
      if (into) into->add(*event);
      ++count;
    }
  });
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  const bool writes = argc == 3 && std::strcmp(argv[1], "--json") == 0;
  if (argc > 1 && !writes) {
    std::fprintf(stderr, "usage: bench_parse [--json FILE]\n");
    return 2;
  }
  const std::string bytes = stream_of_text();
  const std::size_t count = split(bytes, bytes.size());
  std::printf("%zu events, %zu bytes (%.0f each); medians of %zu\n", count, bytes.size(),
              static_cast<double>(bytes.size()) / static_cast<double>(count), runs);
  std::printf("%-44s %8s %10s %14s\n", "", "GB/s", "ns/event", "allocations");
  struct step {
    const char* name;
    std::function<std::size_t()> work;
  };
  const std::vector<step> steps = {
      {"memchr for line ends (the floor)", [&] { return lines(bytes); }},
      {"events, in one piece", [&] { return split(bytes, bytes.size()); }},
      {"events, in pieces of 16 KiB", [&] { return split(bytes, 16384); }},
      {"events, in pieces of 100 bytes", [&] { return split(bytes, 100); }},
      {"typed events, in pieces of 16 KiB", [&] { return typed(bytes, 16384); }},
      {"typed events and the message, 16 KiB",
       [&] {
         reroute::detail::message_builder builder;
         const std::size_t made = typed(bytes, 16384, &builder);
         return made + builder.build()->text().size() % 2;
       }},
  };
  // by turns, so that what else the machine does meets all alike
  std::vector<std::vector<double>> times(steps.size());
  std::vector<long> allocated(steps.size());
  std::size_t sink = 0;
  for (std::size_t run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const long before = allocations;
      const bench::stopwatch watch;
      sink += steps[i].work();
      times[i].push_back(watch.per(1));
      allocated[i] = allocations - before;
    }
  }
  boost::json::array rows;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const double time = bench::median(times[i]);
    const double rate = static_cast<double>(bytes.size()) / time;
    const double each = time / static_cast<double>(count);
    const double blocks = static_cast<double>(allocated[i]) / static_cast<double>(count);
    std::printf("%-44s %8.2f %10.1f %10.4f/event\n", steps[i].name, rate, each, blocks);
    rows.push_back({{"step", steps[i].name},
                    {"gb_per_s", rate},
                    {"ns_per_event", each},
                    {"allocations_per_event", blocks}});
  }
  if (writes) std::ofstream(argv[2]) << rows << '\n';
  return sink == 0 ? 1 : 0;
}
