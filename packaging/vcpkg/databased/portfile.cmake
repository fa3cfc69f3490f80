# An overlay port that builds the checkout it lies in: vcpkg install databased --overlay-ports=packaging/vcpkg
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        postgresql DATABASED_POSTGRESQL
        sqlite     DATABASED_SQLITE
)
vcpkg_find_acquire_program(PKGCONFIG)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}"
        -DDATABASED_BUILD_BENCHMARKS=OFF
        -DDATABASED_BUILD_EXAMPLES=OFF
        -DDATABASED_BUILD_TESTS=OFF
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/databased)
vcpkg_fixup_pkgconfig()

# A shared build makes a static library beside it, of which a vcpkg package has one kind only.
if(VCPKG_LIBRARY_LINKAGE STREQUAL "dynamic")
    file(REMOVE "${CURRENT_PACKAGES_DIR}/lib/libdatabased.a" "${CURRENT_PACKAGES_DIR}/debug/lib/libdatabased.a")
    file(GLOB static_targets "${CURRENT_PACKAGES_DIR}/share/databased/databasedStaticTargets*.cmake")
    file(REMOVE ${static_targets})
endif()
file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include" "${CURRENT_PACKAGES_DIR}/debug/share")

file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
