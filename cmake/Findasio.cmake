# Finds standalone Asio and makes the target asio::asio.
#
# Debian's Asio has neither a CMake config nor a .pc file, so its header is searched for. A newer one
# is chosen with -Dasio_INCLUDE_DIR=<folder that holds asio.hpp>; a target asio::asio that exists
# already is used as it is.
if(TARGET asio::asio)
  get_target_property(asio_include_dirs_ asio::asio INTERFACE_INCLUDE_DIRECTORIES)
  string(REGEX REPLACE "\\$<[A-Z_]+:([^>]*)>" "\\1" asio_include_dirs_ "${asio_include_dirs_}")
  find_path(asio_INCLUDE_DIR asio.hpp HINTS ${asio_include_dirs_} NO_DEFAULT_PATH)
  unset(asio_include_dirs_)
endif()
find_path(asio_INCLUDE_DIR asio.hpp)
mark_as_advanced(asio_INCLUDE_DIR)

unset(asio_VERSION)
if(EXISTS "${asio_INCLUDE_DIR}/asio/version.hpp")
  file(STRINGS "${asio_INCLUDE_DIR}/asio/version.hpp" asio_version_ REGEX "#define ASIO_VERSION ")
  string(REGEX MATCH "[0-9]+" asio_version_ "${asio_version_}")
  math(EXPR asio_major_ "${asio_version_} / 100000")
  math(EXPR asio_minor_ "${asio_version_} / 100 % 1000")
  math(EXPR asio_patch_ "${asio_version_} % 100")
  set(asio_VERSION ${asio_major_}.${asio_minor_}.${asio_patch_})
  unset(asio_version_)
  unset(asio_major_)
  unset(asio_minor_)
  unset(asio_patch_)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(asio
  REQUIRED_VARS asio_INCLUDE_DIR asio_VERSION VERSION_VAR asio_VERSION
  REASON_FAILURE_MESSAGE "install libasio-dev, or name the folder that holds asio.hpp with -Dasio_INCLUDE_DIR=")

if(asio_FOUND AND NOT TARGET asio::asio)
  add_library(asio::asio INTERFACE IMPORTED)
  set_target_properties(asio::asio PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${asio_INCLUDE_DIR}"
    INTERFACE_COMPILE_DEFINITIONS ASIO_STANDALONE)
endif()

# What a file is told, by a target that was there already, too: all its users are one program.
if(asio_FOUND)
  # Asio before 1.23 takes memory from one place or another by what was included before it; a program must agree on one
  # (lib/decisions/011-one-asio-configuration.md).
  set(asio_definitions_ ASIO_HAS_STD_ALIGNED_ALLOC=1)
  # Asio before 1.26 does not see that clang with libstdc++ has coroutines.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND asio_VERSION VERSION_LESS 1.26)
    list(APPEND asio_definitions_ ASIO_HAS_CO_AWAIT=1 ASIO_HAS_STD_COROUTINE=1)
  endif()
  get_target_property(asio_target_ asio::asio ALIASED_TARGET)
  if(NOT asio_target_)
    set(asio_target_ asio::asio)
  endif()
  get_target_property(asio_told_ ${asio_target_} INTERFACE_COMPILE_DEFINITIONS)
  list(REMOVE_ITEM asio_definitions_ ${asio_told_})
  set_property(TARGET ${asio_target_} APPEND PROPERTY INTERFACE_COMPILE_DEFINITIONS ${asio_definitions_})
  unset(asio_definitions_)
  unset(asio_target_)
  unset(asio_told_)
endif()
