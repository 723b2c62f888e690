# Configures, builds and runs one consumer.
#   cmake -D SOURCE= -D WORK= -D COMPILER= -D LAUNCHER= -D GENERATOR= -D ASIO= -D REROUTE=<source tree>
#         [-D PREFIX=<where reroute is installed>] [-D INSTALL_TO=<where to install it>] [-D JOBS=]
#         [-D SETTINGS=<further cmake arguments, with | between them>] [-D EXPECT=<what the program says>]
#         [-D THROUGH=<a program that runs it>] -P consume.cmake
cmake_minimum_required(VERSION 3.25)
include(${CMAKE_CURRENT_LIST_DIR}/steps.cmake)

if(PREFIX)
  file(REMOVE_RECURSE ${WORK})
endif()
string(REPLACE "|" ";" settings "${SETTINGS}")
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  -D asio_INCLUDE_DIR=${ASIO} -D CMAKE_PREFIX_PATH=${PREFIX} -D REROUTE=${REROUTE} ${settings})
if(NOT JOBS)
  set(JOBS 1)
endif()
run(${CMAKE_COMMAND} --build ${WORK}/build --target consumer --parallel ${JOBS})
run(${THROUGH} ${WORK}/build/consumer)
if(EXPECT AND NOT said MATCHES "${EXPECT}")
  message(FATAL_ERROR "the program should say '${EXPECT}', but says: ${said}")
endif()

if(INSTALL_TO)
  # what is installed can be moved, and names nothing of where it was built
  file(REMOVE_RECURSE ${WORK}/first ${INSTALL_TO})
  run(${CMAKE_COMMAND} --install ${WORK}/build --prefix ${WORK}/first)
  file(RENAME ${WORK}/first ${INSTALL_TO})
  foreach(pattern "*.hpp" "*.cmake" "*.pc")
    file(GLOB_RECURSE installed ${INSTALL_TO}/${pattern})
    foreach(file IN LISTS installed)
      file(STRINGS ${file} traces REGEX "${WORK}")
      if(traces)
        message(FATAL_ERROR "${file} still points to where it was built: ${traces}")
      endif()
    endforeach()
  endforeach()
else()
  file(REMOVE_RECURSE ${WORK})
endif()
