# Installation: libraries, public headers, and a package that finds what it needs.
include(CMakePackageConfigHelpers)

set(reroute_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/reroute)
set(reroute_installed reroute)
if(TARGET reroute_testing)
  list(APPEND reroute_installed reroute_testing)
endif()
install(TARGETS ${reroute_installed} EXPORT reroute-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/reroute DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT reroute-targets NAMESPACE reroute:: DESTINATION ${reroute_config_dir})
configure_package_config_file(${PROJECT_SOURCE_DIR}/cmake/reroute-config.cmake.in
  ${PROJECT_BINARY_DIR}/reroute-config.cmake INSTALL_DESTINATION ${reroute_config_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/reroute-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES
  ${PROJECT_BINARY_DIR}/reroute-config.cmake
  ${PROJECT_BINARY_DIR}/reroute-config-version.cmake
  ${PROJECT_SOURCE_DIR}/cmake/Findasio.cmake
  DESTINATION ${reroute_config_dir})
