// One face of a route, as tests/faces has it: a raw response and how it must be read.
#pragma once

#include <reroute/error/resolver.hpp>
#include <reroute/http/date.hpp>
#include <reroute/http/message.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace faces {

using readings = std::map<std::string, std::string>;

struct face {
  std::string name;
  reroute::http::response response;
  reroute::http::date now;
  reroute::resolver_options options;
  std::string event;       // the event of the stream that is judged; empty: the response is
  bool truncated = false;  // a stream without an end
  readings expected;       // `azure.` and `anthropic.` keys included
};

/// Reads `name.http` and `name.expect`. Throws std::runtime_error, naming the file, if they are not
/// in the form that tests/faces/README.md describes.
face read_face(const std::filesystem::path& http_file);

/// All faces of tests/faces, by name. Throws if a file has no partner.
std::vector<std::filesystem::path> list_faces();

/// What `expected` says for one route.
readings expected_for(const face& wanted, std::string_view route);

/// The reading of an error in the words of an .expect file, without what is empty.
readings reading_of(const reroute::normalized_error& error, int response_status);

/// Readings as the lines of a file, in one order.
std::string text_of(const readings& lines);

/// The data of the first event of this name in an event stream; empty if there is none.
std::string event_data(std::string_view stream, std::string_view name);

}  // namespace faces
