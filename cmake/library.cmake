# The library is put together from layers. A layer is what is in its folder; it sees the public headers, the include
# folders and the libraries named here, and nothing of the other layers (tests/layering proves it). In a release WARM files are
# compiled with -O2, as -O3 makes them larger and no statement faster. COLD are files off the way of a statement, for what is
# opened, reset, refused or has failed, and those that have next to no share in its time: they are small rather than fast.
# IS_WARM: all are WARM that are not COLD.
include(CheckLinkerFlag)
include(GNUInstallDirs)

file(GLOB_RECURSE public_headers CONFIGURE_DEPENDS include/*.hpp)
list(FILTER public_headers EXCLUDE REGEX "/testing(\\.hpp$|/)")

add_library(databased)
add_library(databased::databased ALIAS databased)
target_sources(databased PUBLIC FILE_SET HEADERS BASE_DIRS include FILES ${public_headers})
set_target_properties(
  databased
  PROPERTIES VERSION ${PROJECT_VERSION}
             SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR} # before 1.0 each minor version may differ
             VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL})
set(databased_libraries databased)

# A shared library that shows the namespace databased. Compilers hide the rest of it; the templates of the standard library, which
# libstdc++ shows whatever the compiler is told, the linker has to hide.
set(databased_symbols ${PROJECT_BINARY_DIR}/databased.map)
configure_file(${CMAKE_CURRENT_LIST_DIR}/databased.map.in ${databased_symbols} @ONLY)
check_linker_flag(CXX "LINKER:--version-script=${databased_symbols}" DATABASED_LINKER_TAKES_VERSION_SCRIPTS)
function(databased_show_namespace library)
  if(DATABASED_LINKER_TAKES_VERSION_SCRIPTS)
    target_link_options(${library} PRIVATE "LINKER:--version-script=${databased_symbols}")
    set_property(TARGET ${library} APPEND PROPERTY LINK_DEPENDS ${databased_symbols})
  endif()
endfunction()

# Beside a shared library, the same objects as a static one, with all symbols: tests that look inside link it.
if(BUILD_SHARED_LIBS)
  add_library(databased_static STATIC)
  add_library(databased::static ALIAS databased_static)
  target_include_directories(databased_static INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
                                                        $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  set_target_properties(databased_static PROPERTIES EXPORT_NAME static)
  if(NOT WIN32) # where the import library has this name
    set_target_properties(databased_static PROPERTIES OUTPUT_NAME databased)
  endif()
  list(APPEND databased_libraries databased_static)
  databased_show_namespace(databased)
  if(NOT DATABASED_INSTALL)
    set_target_properties(databased_static PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
else()
  add_library(databased::static ALIAS databased)
endif()

foreach(library IN LISTS databased_libraries)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(${library} PUBLIC cxx_std_20)
  target_link_libraries(
    ${library}
    PUBLIC nlohmann_json::nlohmann_json Threads::Threads
    PRIVATE ${databased_private_libraries})
endforeach()

include(cmake/stop_token.cmake)

function(databased_layer name)
  cmake_parse_arguments(PARSE_ARGV 1 layer "IS_WARM" "" "SOURCES;WARM;COLD;INCLUDES;LIBRARIES")
  if(NOT layer_SOURCES)
    return()
  endif()
  set(tunes_release FALSE)
  if(CMAKE_CXX_COMPILER_ID MATCHES "GNU|Clang" AND CMAKE_BUILD_TYPE STREQUAL "Release")
    set(tunes_release TRUE)
    # Last, as a linker takes what inline functions two files have from the first. They share no precompiled header with the others,
    # which is compiled with other options.
    list(TRANSFORM layer_WARM PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(TRANSFORM layer_COLD PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    set_source_files_properties(${layer_WARM} PROPERTIES COMPILE_OPTIONS -O2 SKIP_PRECOMPILE_HEADERS ON)
    set_source_files_properties(${layer_COLD} PROPERTIES COMPILE_OPTIONS -Os SKIP_PRECOMPILE_HEADERS ON)
    list(REMOVE_ITEM layer_SOURCES ${layer_WARM} ${layer_COLD})
    list(APPEND layer_SOURCES ${layer_WARM} ${layer_COLD})
  endif()
  add_library(${name} OBJECT ${layer_SOURCES})
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                           VISIBILITY_INLINES_HIDDEN ON)
  if(tunes_release AND layer_IS_WARM)
    target_compile_options(${name} PRIVATE -O2)
  endif()
  target_compile_features(${name} PUBLIC cxx_std_20)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${layer_INCLUDES})
  target_link_libraries(${name} PRIVATE nlohmann_json::nlohmann_json Threads::Threads ${layer_LIBRARIES})
  if(DATABASED_PRECOMPILE)
    target_precompile_headers(${name} PRIVATE <databased/databased.hpp>)
  endif()
  foreach(library IN LISTS databased_libraries)
    target_sources(${library} PRIVATE $<TARGET_OBJECTS:${name}>)
  endforeach()
endfunction()
