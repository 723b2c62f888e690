// A proxy that leads everybody to one port of this machine, whomever they ask for.
#pragma once

#include "tests/io/scripted_server.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace reroute::io_test {

/// `asked` gets what each client says first. Bytes to the client go in writes of at most `piece`.
server_script leading_to(unsigned short port, std::vector<std::string>& asked,
                         std::size_t piece = 16384);

}  // namespace reroute::io_test
