// Request bodies in gzip, unpacked as the API does it: bounded, and with its errors.
#pragma once

#include "testing/request_reader.hpp"

#include <cstddef>

namespace reroute::testing {

/// Unpacks the body, or notes in `coding_problem` what the API says to it. True if it came in gzip.
bool undo_content_coding(heard_request& request, bool takes_gzip, std::size_t max_body);

}  // namespace reroute::testing
