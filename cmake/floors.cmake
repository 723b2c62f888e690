# The floors of the house (DESIGN: each may use itself and the floors below) and how each is built.
#
# reroute_floor(NAME [PURE] [NEEDS lib...] SOURCES file...)   one folder of lib/: an object library
# reroute_test(NAME [PURE] FLOORS floor... SOURCES file...)   one folder of tests/: a Catch2 program
#   [NEEDS lib...] [PROPERTIES name value...]                 ... of each of its tests

set(reroute_warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # false positives of g++ 12 in coroutine frames and under sanitizers
  list(APPEND reroute_warnings -Wno-maybe-uninitialized -Wno-mismatched-new-delete)
  if(REROUTE_SANITIZE MATCHES "thread")
    list(APPEND reroute_warnings -Wno-tsan)  # fences of Asio's, which the sanitizer does not see
  endif()
endif()
if(REROUTE_WERROR)
  list(APPEND reroute_warnings -Werror)
endif()

# sanitizers: `target` gets those for everything, and the pure ones too if it has no Asio in it
function(reroute_sanitize target pure)
  if(REROUTE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${REROUTE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PRIVATE -fsanitize=${REROUTE_SANITIZE})
  endif()
  if(REROUTE_SANITIZE_PURE)
    if(pure)
      target_compile_options(${target} PRIVATE
        -fsanitize=${REROUTE_SANITIZE_PURE} -fno-sanitize-recover=${REROUTE_SANITIZE_PURE})
    endif()
    target_link_options(${target} PRIVATE -fsanitize=${REROUTE_SANITIZE_PURE})
  endif()
endfunction()

# what every target of this project that is compiled shares
function(reroute_common target pure)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  target_compile_options(${target} PRIVATE ${reroute_warnings})
  reroute_sanitize(${target} ${pure})
endfunction()

function(reroute_public_target target)
  reroute_common(${target} OFF)
  target_include_directories(${target}
    PUBLIC $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>
    PRIVATE ${PROJECT_SOURCE_DIR}/lib)
endfunction()

function(reroute_floor name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PURE" "INTO" "NEEDS;SOURCES")
  if(NOT arg_INTO)
    set(arg_INTO reroute)
  endif()
  add_library(reroute_${name} OBJECT ${arg_SOURCES})
  reroute_common(reroute_${name} ${arg_PURE})
  set_target_properties(reroute_${name} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(reroute_${name} PUBLIC ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/lib)
  target_link_libraries(reroute_${name} PUBLIC ${arg_NEEDS})
  target_sources(${arg_INTO} PRIVATE $<TARGET_OBJECTS:reroute_${name}>)
endfunction()

# a Catch2 program over the named floors only, each of its cases a ctest
function(reroute_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "PURE" "" "FLOORS;NEEDS;SOURCES;PROPERTIES")
  add_executable(test_${name} ${arg_SOURCES})
  reroute_common(test_${name} ${arg_PURE})
  target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/lib)
  target_compile_definitions(test_${name} PRIVATE REROUTE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  foreach(floor ${arg_FLOORS})
    target_link_libraries(test_${name} PRIVATE reroute_${floor})
  endforeach()
  target_link_libraries(test_${name} PRIVATE ${arg_NEEDS} reroute_catch_main)
  catch_discover_tests(test_${name} TEST_PREFIX "${name}: " DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS ${name} ${arg_PROPERTIES})
endfunction()
