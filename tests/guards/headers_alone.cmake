# Every public header compiles alone, without warnings: a test per header and compiler.
file(GLOB_RECURSE headers RELATIVE ${PROJECT_SOURCE_DIR}/include CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/include/*.hpp)

foreach(compiler IN LISTS compilers)
  cmake_path(GET compiler FILENAME compiler_name)
  set(flags ${usage_flags})
  if(compiler_name MATCHES "clang" AND asio_FOUND AND asio_VERSION VERSION_LESS 1.26)  # see Findasio.cmake
    list(APPEND flags -DASIO_HAS_CO_AWAIT=1 -DASIO_HAS_STD_COROUTINE=1)
  endif()
  foreach(header IN LISTS headers)
    # twice: `#pragma once` is missed by nobody
    set(name "guards: ${compiler_name} reads <${header}> alone")
    add_test(NAME "${name}"
      COMMAND ${compiler} ${flags} -include ${header} -include ${header} -x c++ /dev/null)
    set_tests_properties("${name}" PROPERTIES LABELS "guards;headers")
  endforeach()
  if(REROUTE_ASIO STREQUAL "boost")  # a program has its own order
    set(name "guards: ${compiler_name} reads all of Boost.Asio before reroute")
    add_test(NAME "${name}"
      COMMAND ${compiler} ${flags} -include boost/asio.hpp -include reroute/reroute.hpp -x c++ /dev/null)
    set_tests_properties("${name}" PROPERTIES LABELS "guards;headers")
  endif()
endforeach()
