# Finds nghttp2 and makes the target nghttp2::nghttp2. Debian's package has a .pc file, but no CMake one.
find_path(nghttp2_INCLUDE_DIR nghttp2/nghttp2.h)
find_library(nghttp2_LIBRARY NAMES nghttp2)
mark_as_advanced(nghttp2_INCLUDE_DIR nghttp2_LIBRARY)
if(EXISTS "${nghttp2_INCLUDE_DIR}/nghttp2/nghttp2ver.h")
  file(STRINGS "${nghttp2_INCLUDE_DIR}/nghttp2/nghttp2ver.h" nghttp2_version_ REGEX "#define NGHTTP2_VERSION \"")
  string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" nghttp2_VERSION "${nghttp2_version_}")
  unset(nghttp2_version_)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(nghttp2
  REQUIRED_VARS nghttp2_LIBRARY nghttp2_INCLUDE_DIR nghttp2_VERSION VERSION_VAR nghttp2_VERSION
  REASON_FAILURE_MESSAGE "install libnghttp2-dev")

if(nghttp2_FOUND AND NOT TARGET nghttp2::nghttp2)
  add_library(nghttp2::nghttp2 UNKNOWN IMPORTED)
  set_target_properties(nghttp2::nghttp2 PROPERTIES
    IMPORTED_LOCATION "${nghttp2_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${nghttp2_INCLUDE_DIR}")
endif()
