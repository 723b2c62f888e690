// What Asio decides by what was included before it is decided here, alike for every file of a program.
#pragma once

// Asio before 1.23 takes coroutine frames and handlers from std::aligned_alloc where a header of the standard
// library came before its own, and otherwise from operator new. A program with both frees what one gave with the
// other's function. Each public header that needs Asio includes this one first; what includes Asio alone gets the
// same definition from the targets and from reroute.pc (lib/decisions/011-one-asio-configuration.md).
#if !defined(ASIO_HAS_STD_ALIGNED_ALLOC)
#if defined(ASIO_DETAIL_CONFIG_HPP)
#error "Asio came before reroute: define ASIO_HAS_STD_ALIGNED_ALLOC=1 for the whole program"
#endif
#define ASIO_HAS_STD_ALIGNED_ALLOC 1
#endif
