# Boost.Asio in the place of standalone Asio (lib/decisions/009-boost-asio.md): a folder of headers in
# which <asio/NAME.hpp> is <boost/asio/NAME.hpp>, and a target that puts it in the way.
find_path(boost_dir_ boost/asio.hpp HINTS ${Boost_INCLUDE_DIRS} NO_CACHE REQUIRED)
set(reroute_boost_asio_dir ${PROJECT_BINARY_DIR}/boost_asio)

file(GLOB_RECURSE names_ RELATIVE ${boost_dir_}/boost ${boost_dir_}/boost/asio/*.hpp)
list(FILTER names_ EXCLUDE REGEX "/(detail|impl)/")
foreach(name IN LISTS names_ ITEMS asio.hpp)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/boost_asio.hpp.in ${reroute_boost_asio_dir}/${name} @ONLY)
endforeach()

add_library(reroute_boost_asio INTERFACE)
set_target_properties(reroute_boost_asio PROPERTIES EXPORT_NAME boost_asio)
target_include_directories(reroute_boost_asio SYSTEM INTERFACE
  $<BUILD_INTERFACE:${reroute_boost_asio_dir}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/reroute/boost_asio>)
target_link_libraries(reroute_boost_asio INTERFACE Boost::headers)
target_compile_definitions(reroute_boost_asio INTERFACE REROUTE_BOOST_ASIO)  # see detail/foreign_loop.hpp
