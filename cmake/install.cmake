# Installs the library, its headers, and the package that find_package(reroute) reads.
include(CMakePackageConfigHelpers)

set(reroute_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reroute)

install(TARGETS reroute EXPORT reroute-targets)
if(REROUTE_ASIO STREQUAL "boost")
  install(TARGETS reroute_boost_asio EXPORT reroute-targets)
  install(DIRECTORY ${reroute_boost_asio_dir} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reroute)
endif()
install(EXPORT reroute-targets NAMESPACE reroute:: DESTINATION ${reroute_package_dir})
install(DIRECTORY include/reroute DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.hpp" PATTERN testing EXCLUDE)

# a target file of its own: a package without the fakes is complete too
if(TARGET reroute_testing)
  install(TARGETS reroute_testing EXPORT reroute-testing-targets)
  install(EXPORT reroute-testing-targets NAMESPACE reroute:: DESTINATION ${reroute_package_dir})
  install(DIRECTORY include/reroute/testing DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/reroute
    FILES_MATCHING PATTERN "*.hpp")
endif()

configure_package_config_file(cmake/reroute-config.cmake.in ${PROJECT_BINARY_DIR}/reroute-config.cmake
  INSTALL_DESTINATION ${reroute_package_dir} NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reroute-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/reroute-config.cmake
  ${PROJECT_BINARY_DIR}/reroute-config-version.cmake
  cmake/Findnghttp2.cmake
  DESTINATION ${reroute_package_dir})
if(REROUTE_ASIO STREQUAL "standalone")
  install(FILES cmake/Findasio.cmake DESTINATION ${reroute_package_dir})
endif()
include(cmake/pkgconfig.cmake)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/reroute)
