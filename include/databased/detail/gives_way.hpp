#pragma once

#include <concepts>

namespace databased::detail {

/// Makes a template of a function with a short name whose parameters are none of the library's types. The reason: where
/// a program says `using namespace databased` and has a now() of its own, that one is called, because C++ prefers what
/// is no template.
template <class T>
concept GivesWay = std::same_as<T, void>;

}  // namespace databased::detail
