# A ctest: configures, builds and runs a consumer of reroute.
cmake_minimum_required(VERSION 3.25)
function(run)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "failed: ${ARGN}\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK}/build ${WORK}/prefix)
set(options -G Ninja -DCMAKE_CXX_COMPILER=${COMPILER} -DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}
  "-DCMAKE_CXX_FLAGS=${FLAGS}" -Dasio_INCLUDE_DIR=${ASIO} -DREROUTE_SOURCE_DIR=${ROOT})
if(KIND STREQUAL "find_package")
  run(${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/prefix)
  list(APPEND options -DCMAKE_PREFIX_PATH=${WORK}/prefix)
endif()
run(${CMAKE_COMMAND} -S ${ROOT}/tests/consume/${KIND} -B ${WORK}/build ${options})
run(${CMAKE_COMMAND} --build ${WORK}/build -j 1 --target consumer)
run(${WORK}/build/consumer)
