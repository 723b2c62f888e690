# Refuse politely, with a reason and a cure, when the compiler cannot do it.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
  message(FATAL_ERROR "reroute needs g++ 12 or newer (C++20 coroutines); found ${CMAKE_CXX_COMPILER_VERSION}. Set CMAKE_CXX_COMPILER.")
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16)
  message(FATAL_ERROR "reroute needs clang 16 or newer; found ${CMAKE_CXX_COMPILER_VERSION}. Set CMAKE_CXX_COMPILER.")
endif()
