# A ctest: compiles every public header alone.
cmake_minimum_required(VERSION 3.25)
file(GLOB_RECURSE headers ${ROOT}/include/reroute/*.hpp)
file(MAKE_DIRECTORY ${WORK})
set(failed 0)
foreach(header IN LISTS headers)
  file(RELATIVE_PATH name ${ROOT}/include ${header})
  file(WRITE ${WORK}/alone.cpp "#include <${name}>\n#include <${name}>\n")
  execute_process(
    COMMAND ${COMPILER} -std=c++20 -DASIO_STANDALONE ${FLAGS} -Wall -Wextra -Wpedantic -Wconversion
      -Wshadow -Werror -fsyntax-only -I${ROOT}/include -isystem ${ASIO} ${WORK}/alone.cpp
    RESULT_VARIABLE result ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(SEND_ERROR "${name} does not compile alone:\n${output}")
  endif()
endforeach()
list(LENGTH headers count)
message(STATUS "${count} headers, each compiled alone")
