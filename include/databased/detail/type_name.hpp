// Names of types for error messages.
#pragma once

#include <databased/detail/pretty_name.hpp>

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace databased::detail {

/// "… [with T = Movie]"; returns what it does so that GCC appends no alias.
template <class T>
constexpr auto pretty_type() noexcept {
    return std::string_view{__PRETTY_FUNCTION__};
}

/// `name` without the function, the anonymous namespace and what is around them: those end in ")::" or "}::".
constexpr std::string_view without_local_scope(std::string_view name) noexcept {
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i + 3 <= name.size(); ++i) {
        if (name[i] == '<') ++depth;
        if (name[i] == '>') --depth;
        const bool leaves_scope = (name[i] == ')' || name[i] == '}') && name.substr(i + 1, 2) == "::";
        if (depth == 0 && leaves_scope) begin = i + 3;
    }
    return name.substr(begin);
}

template <class T>
constexpr std::string_view compilers_type_name() noexcept {
    constexpr std::string_view before = "T = ";
    const std::string_view pretty = pretty_type<T>();
    const std::size_t begin = pretty.find(before) + before.size();
    return without_local_scope(pretty.substr(begin, pretty.size() - begin - 1));
}

template <const std::string_view&... Parts>
struct JoinedName {
    static constexpr auto characters = [] {
        std::array<char, (Parts.size() + ...)> joined{};
        auto end = joined.begin();
        const auto append = [&end](std::string_view part) {
            for (const char character : part) *end++ = character;
        };
        (append(Parts), ...);
        return joined;
    }();
    static constexpr std::string_view value{characters.data(), characters.size()};
};

inline constexpr std::string_view optional_begin = "std::optional<";
inline constexpr std::string_view vector_begin = "std::vector<";
inline constexpr std::string_view template_end = ">";

/// Specialized where the compiler's name is not what users write.
template <class T>
struct TypeName {
    static constexpr std::string_view value = compilers_type_name<T>();
};

template <class T>
struct TypeName<std::optional<T>> : JoinedName<optional_begin, TypeName<T>::value, template_end> {};
template <class T>
struct TypeName<std::vector<T>> : JoinedName<vector_begin, TypeName<T>::value, template_end> {};

// clang-format off
template <> struct TypeName<std::int8_t> { static constexpr std::string_view value = "std::int8_t"; };
template <> struct TypeName<std::uint8_t> { static constexpr std::string_view value = "std::uint8_t"; };
template <> struct TypeName<std::int16_t> { static constexpr std::string_view value = "std::int16_t"; };
template <> struct TypeName<std::uint16_t> { static constexpr std::string_view value = "std::uint16_t"; };
template <> struct TypeName<std::uint32_t> { static constexpr std::string_view value = "std::uint32_t"; };
template <> struct TypeName<std::int64_t> { static constexpr std::string_view value = "std::int64_t"; };
template <> struct TypeName<std::uint64_t> { static constexpr std::string_view value = "std::uint64_t"; };
template <> struct TypeName<std::byte> { static constexpr std::string_view value = "std::byte"; };
template <> struct TypeName<std::string> { static constexpr std::string_view value = "std::string"; };
template <> struct TypeName<std::string_view> { static constexpr std::string_view value = "std::string_view"; };
template <> struct TypeName<std::chrono::sys_days> { static constexpr std::string_view value = "std::chrono::sys_days"; };
template <> struct TypeName<std::chrono::sys_seconds> { static constexpr std::string_view value = "std::chrono::sys_seconds"; };
template <> struct TypeName<std::chrono::sys_time<std::chrono::milliseconds>> {
    static constexpr std::string_view value = "std::chrono::sys_time<std::chrono::milliseconds>";
};
template <> struct TypeName<std::chrono::sys_time<std::chrono::microseconds>> {
    static constexpr std::string_view value = "std::chrono::sys_time<std::chrono::microseconds>";
};
template <std::same_as<std::chrono::system_clock::time_point> T>
    requires(!std::same_as<T, std::chrono::sys_time<std::chrono::microseconds>>)  // as with libc++
struct TypeName<T> {
    static constexpr std::string_view value = "std::chrono::system_clock::time_point";
};
template <> struct TypeName<std::chrono::year_month_day> {
    static constexpr std::string_view value = "std::chrono::year_month_day";
};
template <> struct TypeName<std::chrono::microseconds> {
    static constexpr std::string_view value = "std::chrono::microseconds";
};
template <> struct TypeName<std::chrono::milliseconds> {
    static constexpr std::string_view value = "std::chrono::milliseconds";
};
template <> struct TypeName<std::chrono::seconds> { static constexpr std::string_view value = "std::chrono::seconds"; };
// clang-format on

/// T as its user writes it, near enough: "int", "std::int64_t", "std::optional<std::string>", "shop::Movie". Without
/// const, reference and the function or anonymous namespace that a type is local to. Points at static memory.
template <class T>
constexpr std::string_view type_name() noexcept {
    return TypeName<std::remove_cvref_t<T>>::value;
}

}  // namespace databased::detail
