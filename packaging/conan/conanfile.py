"""The recipe of Conan 2 for the checkout that it lies in: conan create packaging/conan --build=missing"""

import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, rmdir
from conan.tools.gnu import PkgConfigDeps
from conan.tools.scm import Version

required_conan_version = ">=2.0"


class DatabasedConan(ConanFile):
    name = "databased"
    version = "0.1.0"
    package_type = "library"
    license = "MIT"
    description = "Asynchronous SQL databases for C++20"
    topics = ("sql", "sqlite", "postgresql", "coroutines")

    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "with_sqlite": [True, False],
        "with_postgresql": [True, False],
    }
    default_options = {"shared": False, "fPIC": True, "with_sqlite": True, "with_postgresql": True}
    implements = ["auto_shared_fpic"]

    def export_sources(self):
        checkout = os.path.join(self.recipe_folder, os.pardir, os.pardir)
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "core/*", "backends/*"):
            copy(self, pattern, src=checkout, dst=self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("nlohmann_json/[>=3.11 <4]", transitive_headers=True)
        self.requires("libuv/[>=1.44 <2]")
        if self.options.with_sqlite:
            self.requires("sqlite3/[>=3.40 <4]")
        if self.options.with_postgresql:
            self.requires("libpq/[>=15 <19]")

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.25]")
        if not self.conf.get("tools.gnu:pkg_config", check_type=str):
            self.tool_requires("pkgconf/[>=2 <3]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os == "Windows":
            raise ConanInvalidConfiguration("databased does not build on Windows")
        oldest = {"gcc": "12", "clang": "16"}.get(str(self.settings.compiler))
        if oldest and Version(self.settings.compiler.version) < oldest:
            raise ConanInvalidConfiguration(f"databased needs {self.settings.compiler} {oldest} or newer")

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.cache_variables["DATABASED_SQLITE"] = bool(self.options.with_sqlite)
        toolchain.cache_variables["DATABASED_POSTGRESQL"] = bool(self.options.with_postgresql)
        for part in ("TESTS", "EXAMPLES", "BENCHMARKS"):
            toolchain.cache_variables[f"DATABASED_BUILD_{part}"] = False
        toolchain.generate()
        CMakeDeps(self).generate()
        PkgConfigDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        # Conan writes these files itself, and a package has one kind of library.
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        if self.options.shared:
            os.remove(os.path.join(self.package_folder, "lib", "libdatabased.a"))

    def package_info(self):
        self.cpp_info.libs = ["databased"]
        self.cpp_info.set_property("cmake_file_name", "databased")
        self.cpp_info.set_property("cmake_target_name", "databased::databased")
        self.cpp_info.set_property("pkg_config_name", "databased")
        if self.settings.os in ("Linux", "FreeBSD"):
            self.cpp_info.system_libs = ["pthread"]
