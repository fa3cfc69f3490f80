// Names of enumerators, without macro or registration, for those whose value lies in [-128, 127]. Of several
// enumerators with one value only the first declared has a name here.
#pragma once

#include <databased/detail/pretty_name.hpp>

#include <array>
#include <bit>
#include <cstddef>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace databased::detail {

inline constexpr int min_named_enumerator = -128;
inline constexpr int max_named_enumerator = 127;
inline constexpr std::size_t named_enumerators = 256;

template <class E, int Value>
constexpr std::string_view enumerator_name() noexcept {
    using Number = std::underlying_type_t<E>;
    constexpr auto number = static_cast<Number>(Value);
    constexpr bool fits = static_cast<long long>(number) == Value && (Value >= 0 || std::is_signed_v<Number>);
    // A cast of a value that no enumerator needs is no constant expression where the underlying type is not fixed.
    if constexpr (fits) return last_identifier(pretty_value<std::bit_cast<E>(number)>());
    return {};
}

/// Indexed by the value less min_named_enumerator.
template <class E>
inline constexpr auto enumerator_names = []<std::size_t... I>(std::index_sequence<I...>) {
    return std::array<std::string_view, sizeof...(I)>{
        enumerator_name<E, static_cast<int>(I) + min_named_enumerator>()...};
}(std::make_index_sequence<named_enumerators>{});

/// The value's place among enumerator_names; named_enumerators if it is out of reach.
template <class E>
constexpr std::size_t enumerator_index(E value) noexcept {
    const auto number = static_cast<std::underlying_type_t<E>>(value);
    const bool negative = number < std::underlying_type_t<E>{};
    if (!negative && static_cast<unsigned long long>(number) > max_named_enumerator) return named_enumerators;
    if (negative && static_cast<long long>(number) < min_named_enumerator) return named_enumerators;
    return static_cast<std::size_t>(static_cast<int>(number) - min_named_enumerator);
}

/// The name of the enumerator with this value; empty if there is none or the value is out of reach. Points at static
/// memory.
template <class E>
    requires std::is_enum_v<E>
constexpr std::string_view enum_name(E value) noexcept {
    const std::size_t index = enumerator_index(value);
    return index < named_enumerators ? enumerator_names<E>[index] : std::string_view{};
}

/// The enumerator of this name, upper and lower case told apart; nothing if there is none.
template <class E>
    requires std::is_enum_v<E>
constexpr std::optional<E> enum_from_name(std::string_view name) noexcept {
    if (name.empty()) return std::nullopt;
    for (std::size_t i = 0; i < named_enumerators; ++i) {
        if (enumerator_names<E>[i] == name) return static_cast<E>(static_cast<int>(i) + min_named_enumerator);
    }
    return std::nullopt;
}

}  // namespace databased::detail
