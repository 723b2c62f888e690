# A program that is compiled by hand, with what pkg-config says of an installed reroute.
#   cmake -D PREFIX= -D WORK= -D COMPILER= -D REROUTE=<source tree> -P pkg_config.cmake
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

find_program(pkg_config NAMES pkg-config pkgconf)
if(NOT pkg_config)
  message("SKIPPED: pkg-config is not installed")
  return()
endif()
file(GLOB_RECURSE file ${PREFIX}/reroute.pc)
cmake_path(GET file PARENT_PATH folder)
set(ENV{PKG_CONFIG_PATH} ${folder})

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(here ${CMAKE_CURRENT_LIST_DIR})
run(${pkg_config} --cflags reroute-testing)
separate_arguments(compile UNIX_COMMAND "${said}")
run(${pkg_config} --libs reroute-testing)
separate_arguments(link UNIX_COMMAND "${said}")
# in any order of headers
run(${COMPILER} -std=c++20 ${compile} -fsyntax-only ${here}/../guards/asio_order/reroute_last.cpp)
run(${COMPILER} -std=c++20 ${compile} ${here}/main.cpp ${here}/one_call/asio_alone.cpp -o ${WORK}/consumer ${link})
run(${WORK}/consumer)
file(REMOVE_RECURSE ${WORK})
