# Whether this compiler can build the library, asked before it tries: one message in place of a page of errors.
set(databased_compilers "databased needs GCC 12 or newer, or clang 16 or newer with libstdc++ 12 or libc++ 19 or newer")
set(databased_this_compiler "this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER})")

if(PROJECT_IS_TOP_LEVEL AND DEFINED CMAKE_CXX_STANDARD AND CMAKE_CXX_STANDARD LESS 20)
  message(FATAL_ERROR "databased needs C++20 or newer; CMAKE_CXX_STANDARD is ${CMAKE_CXX_STANDARD}")
endif()
if((CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 12)
   OR (CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 16))
  message(FATAL_ERROR "${databased_compilers}; ${databased_this_compiler}. On Debian: apt-get install g++, and "
                      "-DCMAKE_CXX_COMPILER=g++ in a new build folder")
endif()

include(CheckCXXSourceCompiles)
block()
  set(CMAKE_CXX_STANDARD 20)
  check_cxx_source_compiles(
    "#include <coroutine>
     #if defined(_GLIBCXX_RELEASE) && _GLIBCXX_RELEASE < 12
       #error too old
     #endif
     struct Task { struct promise_type {
       Task get_return_object() { return {}; }
       std::suspend_never initial_suspend() { return {}; }
       std::suspend_never final_suspend() noexcept { return {}; }
       void return_void() {}
       void unhandled_exception() {}
     }; };
     Task task() { co_return; }
     int main() { task(); }"
    DATABASED_COROUTINES_COMPILE)
endblock()
if(NOT DATABASED_COROUTINES_COMPILE)
  unset(DATABASED_COROUTINES_COMPILE CACHE)
  message(FATAL_ERROR "${databased_compilers}; ${databased_this_compiler}, and does not compile a coroutine with its "
                      "standard library and these flags: ${CMAKE_CXX_FLAGS}")
endif()
