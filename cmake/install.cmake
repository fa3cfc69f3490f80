# Libraries, headers, the CMake package and the pkg-config file, in two components: what programs need when they run, and
# what is needed to build them.
include(CMakePackageConfigHelpers)
set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/databased)
set(runtime COMPONENT databased_runtime)
set(development COMPONENT databased_development)

install(
  TARGETS databased
  EXPORT databasedTargets
  RUNTIME ${runtime}
  LIBRARY ${runtime} NAMELINK_COMPONENT databased_development
  ARCHIVE ${development}
  FILE_SET HEADERS ${development})
install(EXPORT databasedTargets NAMESPACE databased:: DESTINATION ${package_folder} ${development})
if(TARGET databased_static)
  install(TARGETS databased_static EXPORT databasedStaticTargets ARCHIVE ${development})
  install(EXPORT databasedStaticTargets NAMESPACE databased:: DESTINATION ${package_folder} ${development})
endif()
install(TARGETS databased_testkit EXPORT databasedTestkitTargets ARCHIVE ${development} FILE_SET HEADERS ${development})
install(EXPORT databasedTestkitTargets NAMESPACE databased:: DESTINATION ${package_folder} ${development})
install(TARGETS databased_testing EXPORT databasedTestingTargets FILE_SET HEADERS ${development})
install(EXPORT databasedTestingTargets NAMESPACE databased:: DESTINATION ${package_folder} ${development})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/databasedConfig.cmake.in databasedConfig.cmake
                              INSTALL_DESTINATION ${package_folder})
write_basic_package_version_file(databasedConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/databasedConfig.cmake ${PROJECT_BINARY_DIR}/databasedConfigVersion.cmake
        DESTINATION ${package_folder} ${development})

# The pkg-config file. `--static` names the libraries inside as they are linked dynamically: a static libpq needs more than most
# systems have. Without a shared library beside it, programs that ask without `--static` need them, too.
set(pkgconfig_private ${libuv_LDFLAGS} ${libpq_LDFLAGS})
if(DATABASED_SQLITE)
  cmake_path(GET SQLite3_LIBRARIES PARENT_PATH folder)
  list(APPEND pkgconfig_private -L${folder} -lsqlite3)
endif()
foreach(folder IN LISTS CMAKE_CXX_IMPLICIT_LINK_DIRECTORIES)
  list(REMOVE_ITEM pkgconfig_private -L${folder})
endforeach()
list(JOIN pkgconfig_private " " pkgconfig_private)
set(pkgconfig_public "")
if(NOT BUILD_SHARED_LIBS)
  set(pkgconfig_public "${pkgconfig_private} ")
  set(pkgconfig_private "")
endif()
set(pkgconfig_option "")
if(NOT DATABASED_HAS_STOP_TOKEN)
  set(pkgconfig_option " -fexperimental-library")
endif()
set(pkgconfig_folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pkgconfig_prefix /prefix/${pkgconfig_folder} /prefix) # so that the tree can be moved
configure_file(${CMAKE_CURRENT_LIST_DIR}/databased.pc.in databased.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/databased.pc DESTINATION ${pkgconfig_folder} ${development})
