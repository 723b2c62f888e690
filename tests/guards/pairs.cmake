# Mistakes that must not compile. Each file of pairs/ is compiled twice, once as it is, which must
# succeed, and once with REROUTE_MISTAKE defined, which must fail, and for the reason that the file
# names ("// refused: <regex>"). A file that rots fails the first of the two. "// only: standalone" leaves a pair
# out where reroute is built for the other loop.
file(GLOB pairs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/pairs/*.cpp)

foreach(file IN LISTS pairs)
  cmake_path(GET file STEM pair)
  file(STRINGS ${file} reason REGEX "^// refused: ")
  string(REPLACE "// refused: " "" reason "${reason}")
  if(NOT reason)
    message(FATAL_ERROR "${file} has no line '// refused: <regex of the compiler's reason>'")
  endif()
  file(STRINGS ${file} only REGEX "^// only: ")
  string(REPLACE "// only: " "" only "${only}")
  if(only AND NOT only STREQUAL REROUTE_ASIO)
    continue()
  endif()
  add_test(NAME "guards: ${pair} compiles" COMMAND ${CMAKE_CXX_COMPILER} ${own_flags} ${file})
  add_test(NAME "guards: ${pair} with its mistake is refused"
    COMMAND ${CMAKE_CXX_COMPILER} ${own_flags} -DREROUTE_MISTAKE ${file})
  set_tests_properties("guards: ${pair} with its mistake is refused" PROPERTIES
    ENVIRONMENT "LC_ALL=C" PASS_REGULAR_EXPRESSION "error: .*(${reason})")
  set_tests_properties("guards: ${pair} compiles" "guards: ${pair} with its mistake is refused"
    PROPERTIES LABELS "guards;pairs")
endforeach()
