// What a shared library shows of itself: what is marked DATABASED_API here in the headers, and nothing else. Here
// because every header needs it: which compilers the library is for.
#pragma once

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 12
    #error "databased needs GCC 12 or newer, or clang 16 or newer"
#elif defined(__clang__) && !defined(__apple_build_version__) && __clang_major__ < 16
    #error "databased needs GCC 12 or newer, or clang 16 or newer"
#endif
#ifndef __cpp_impl_coroutine
    #error "databased needs C++20 with coroutines: compile with -std=c++20 or a newer standard"
#endif

#if defined(__GNUC__) && !defined(_WIN32)
    /// Classes, too: an exception is caught by its type_info, which must be one in the whole process.
    #define DATABASED_API __attribute__((visibility("default")))
#else
    #define DATABASED_API
#endif
