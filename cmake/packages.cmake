# Debian packages, by `cpack` in a build with BUILD_SHARED_LIBS=ON and the prefix /usr: the library, named by its SONAME so that
# versions that do not fit together can be installed side by side, and what is needed to build with it.
set(runtime_package libdatabased${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(development_package libdatabased-dev)
set(CPACK_COMPONENTS_ALL databased_development)
set(development_depends nlohmann-json3-dev libuv1-dev)
if(DATABASED_SQLITE)
  list(APPEND development_depends libsqlite3-dev)
endif()
if(DATABASED_POSTGRESQL)
  list(APPEND development_depends libpq-dev)
endif()
if(BUILD_SHARED_LIBS)
  list(APPEND CPACK_COMPONENTS_ALL databased_runtime)
  list(PREPEND development_depends "${runtime_package} (= ${PROJECT_VERSION})")
endif()
foreach(component IN ITEMS runtime development)
  install(
    FILES ${PROJECT_SOURCE_DIR}/LICENSE
    DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${${component}_package}
    RENAME copyright
    COMPONENT databased_${component}
    EXCLUDE_FROM_ALL)
endforeach()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_VENDOR databased)
set(CPACK_PACKAGE_CONTACT "databased maintainers <maintainers@databased.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES ON)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)

set(CPACK_DEBIAN_DATABASED_RUNTIME_PACKAGE_NAME ${runtime_package})
set(CPACK_DEBIAN_DATABASED_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DATABASED_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
set(CPACK_COMPONENT_DATABASED_RUNTIME_DESCRIPTION "${PROJECT_DESCRIPTION}: the shared library")

list(JOIN development_depends ", " CPACK_DEBIAN_DATABASED_DEVELOPMENT_PACKAGE_DEPENDS)
set(CPACK_DEBIAN_DATABASED_DEVELOPMENT_PACKAGE_NAME ${development_package})
set(CPACK_DEBIAN_DATABASED_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DATABASED_DEVELOPMENT_PACKAGE_SUGGESTS "libgtest-dev, pkg-config, cmake")
set(CPACK_COMPONENT_DATABASED_DEVELOPMENT_DESCRIPTION
    "${PROJECT_DESCRIPTION}: headers, the static library, files for CMake and pkg-config")
include(CPack)
