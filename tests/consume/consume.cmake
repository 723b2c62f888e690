# Configures, builds and runs one consumer.
#   cmake -D SOURCE= -D WORK= -D COMPILER= -D LAUNCHER= -D GENERATOR= -D ASIO=
#         [-D INSTALL_FROM=<build tree>] [-D REROUTE=<source tree>] [-D LINK_FLAGS=]
#         [-D SETTINGS=<further cmake arguments, with | between them>] -P consume.cmake
cmake_minimum_required(VERSION 3.25)

function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE said ERROR_VARIABLE said)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " command)
    message(FATAL_ERROR "${command}\n${said}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
# as `./dev` does: ccache may share what another build folder of the same sources compiled, although
# the tests run in another locale
set(ENV{CCACHE_NOHASHDIR} 1)
set(ENV{CCACHE_SLOPPINESS} locale)

if(INSTALL_FROM)
  run(${CMAKE_COMMAND} --install ${INSTALL_FROM} --prefix ${WORK}/first)
  # what is installed can be moved, and names nothing of where it was built
  file(RENAME ${WORK}/first ${WORK}/prefix)
  foreach(pattern "*.hpp" "*.cmake")
    file(GLOB_RECURSE installed ${WORK}/prefix/${pattern})
    foreach(file IN LISTS installed)
      file(STRINGS ${file} traces REGEX "${INSTALL_FROM}|${WORK}/first")
      if(traces)
        message(FATAL_ERROR "${file} still points to where it was built: ${traces}")
      endif()
    endforeach()
  endforeach()
endif()

string(REPLACE "|" ";" settings "${SETTINGS}")
run(${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/build -G ${GENERATOR}
  -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  "-D CMAKE_EXE_LINKER_FLAGS=${LINK_FLAGS}" -D asio_INCLUDE_DIR=${ASIO}
  -D CMAKE_PREFIX_PATH=${WORK}/prefix -D REROUTE=${REROUTE} ${settings})
run(${CMAKE_COMMAND} --build ${WORK}/build --target consumer --parallel 1)
run(${WORK}/build/consumer)
file(REMOVE_RECURSE ${WORK})
