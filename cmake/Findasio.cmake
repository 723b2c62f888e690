# Finds standalone Asio and makes the target asio::asio.
#
# Debian's Asio has neither a CMake config nor a .pc file, so its header is searched for. A newer one
# is chosen with -Dasio_INCLUDE_DIR=<folder that holds asio.hpp>; a target asio::asio that exists
# already is used as it is.
if(TARGET asio::asio)
  set(asio_FOUND TRUE)
  get_target_property(asio_INCLUDE_DIR asio::asio INTERFACE_INCLUDE_DIRECTORIES)
else()
  find_path(asio_INCLUDE_DIR asio.hpp)
endif()
if(asio_INCLUDE_DIR AND EXISTS ${asio_INCLUDE_DIR}/asio/version.hpp)
  file(STRINGS ${asio_INCLUDE_DIR}/asio/version.hpp asio_version_line REGEX "#define ASIO_VERSION ")
  string(REGEX MATCH "[0-9]+" asio_version_number "${asio_version_line}")
  math(EXPR asio_version_major "${asio_version_number} / 100000")
  math(EXPR asio_version_minor "${asio_version_number} / 100 % 1000")
  math(EXPR asio_version_patch "${asio_version_number} % 100")
  set(asio_VERSION ${asio_version_major}.${asio_version_minor}.${asio_version_patch})
endif()
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(asio REQUIRED_VARS asio_INCLUDE_DIR VERSION_VAR asio_VERSION)
if(asio_FOUND AND NOT TARGET asio::asio)
  add_library(asio::asio INTERFACE IMPORTED)
  set_target_properties(asio::asio PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${asio_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS ASIO_STANDALONE)
  # Asio before 1.26 does not see that clang with libstdc++ has coroutines.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND asio_VERSION VERSION_LESS 1.26)
    set_property(TARGET asio::asio APPEND PROPERTY
      INTERFACE_COMPILE_DEFINITIONS ASIO_HAS_CO_AWAIT=1 ASIO_HAS_STD_COROUTINE=1)
  endif()
endif()
mark_as_advanced(asio_INCLUDE_DIR)
